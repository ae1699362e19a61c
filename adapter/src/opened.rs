use std::cell::OnceCell;

use larder_store::{Error, Larder, Options, Session};
use pollster::block_on;

use crate::directory;
use crate::error::tell;
use crate::settings::Settings;

thread_local! {
    /// The larder, or that it cannot be opened, which was told then.
    static OPENED: OnceCell<Option<Opened>> = const { OnceCell::new() };
}

struct Opened {
    larder: Larder,
    session: Session,
}

impl Opened {
    fn new() -> Result<Self, String> {
        let settings = Settings::read()?;
        let mut options = Options::default();
        // The workspace is open for one call at a time.
        options.hot_cache_bytes = 0;
        let larder = Larder::open(directory::open(settings.dir.as_deref())?, options);
        let larder = larder.map_err(|error| error.to_string())?;
        let session = larder.session(&settings.workspace, &settings.plugin, settings.limits);
        Ok(Self { larder, session: session.with_grant(settings.grant) })
    }
}

/// Does a call of the plugin. The workspace is open until it is answered, and no longer.
pub fn in_session<T, E: From<Error>>(call: impl AsyncFnOnce(&Session) -> Result<T, E>) -> Result<T, Failed<E>> {
    OPENED.with(|opened| {
        let opened = opened.get_or_init(|| Opened::new().map_err(|reason| tell(&reason)).ok());
        let Opened { larder, session } = opened.as_ref().ok_or(Failed::Closed)?;
        block_on(async {
            let answer = call(session).await;
            // What was to be durable is.
            if let Err(error) = larder.close().await {
                tell(&error.to_string());
            }
            answer.map_err(Failed::Call)
        })
    })
}

/// Why a call was not answered.
pub enum Failed<E> {
    /// There is no larder to ask.
    Closed,
    Call(E),
}
