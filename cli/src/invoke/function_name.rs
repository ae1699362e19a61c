use std::fmt;

/// What an exported function is called: by itself, or in the interface that it is exported in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName {
    /// As `namespace:package/interface@version`; none for a function of the world itself.
    pub interface: Option<String>,
    pub function: String,
}

/// How well a name that somebody wrote fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It leaves something out.
    Short,
    /// It is the full name.
    Full,
}

impl FunctionName {
    /// Whether `written` can mean this function.
    pub fn fit(&self, written: &str) -> Option<Fit> {
        if written == self.to_string() {
            return Some(Fit::Full);
        }
        let interface = self.interface.as_deref()?;
        let unversioned = interface.split('@').next().unwrap_or(interface);
        let bare = unversioned.rsplit('/').next().unwrap_or(unversioned);
        let is_of = |interface: &str| written.strip_prefix(interface).and_then(|rest| rest.strip_prefix('.'));
        let short = [unversioned, bare].iter().any(|interface| is_of(interface) == Some(&self.function));
        (short || written == self.function).then_some(Fit::Short)
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interface {
            Some(interface) => write!(f, "{interface}.{}", self.function),
            None => f.write_str(&self.function),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count() -> FunctionName {
        FunctionName { interface: Some("acme:notes/admin@1.0.0".into()), function: "count".into() }
    }

    #[test]
    fn a_function_is_meant_by_its_name_with_less_and_less_before_it() {
        assert_eq!(count().fit("acme:notes/admin@1.0.0.count"), Some(Fit::Full));
        for short in ["acme:notes/admin.count", "admin.count", "count"] {
            assert_eq!(count().fit(short), Some(Fit::Short), "{short}");
        }
        for other in ["", ".count", "admin", "admin.", "notes/admin.count", "acme:notes/admin@1.count", "admin.counts"]
        {
            assert_eq!(count().fit(other), None, "{other}");
        }
    }

    #[test]
    fn a_function_of_the_world_has_no_shorter_name() {
        let bare = FunctionName { interface: None, function: "count".into() };
        assert_eq!(bare.fit("count"), Some(Fit::Full));
        assert_eq!(bare.fit("admin.count"), None);
    }
}
