/// The commands in a section of a README: the lines of the blocks of `sh` below the heading `## …`.
pub fn commands<'a>(readme: &'a str, heading: &str) -> Vec<&'a str> {
    let mut lines = readme.lines();
    let mut commands = Vec::new();
    if !lines.any(|line| line.strip_prefix("## ") == Some(heading)) {
        return commands;
    }
    let mut in_block = false;
    for line in lines {
        match line {
            "```" => in_block = false,
            "```sh" => in_block = true,
            _ if in_block => commands.push(line),
            _ if line.starts_with("## ") => break,
            _ => {}
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_of_their_section() {
        let readme = "# notes\n\n## Build\n\n```sh\ngo build\n## a comment\n```\n\nWords.\n\n```c\nx;\n```\n\n\
            ## Run\n\n```sh\nrun\n```\n";
        assert_eq!(commands(readme, "Build"), ["go build", "## a comment"]);
        assert_eq!(commands(readme, "Run"), ["run"]);
        assert_eq!(commands(readme, "Test"), [""; 0]);
    }
}
