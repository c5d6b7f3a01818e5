//! Snippets of a guide, with the output that the guide shows for each.

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// Number of its first line.
    pub line: usize,
    /// Info string of the fence.
    pub language: String,
    pub text: String,
}

impl Block {
    fn new(line: usize, language: &str) -> Self {
        Self {
            line,
            language: language.to_owned(),
            text: String::new(),
        }
    }
}

/// Code to run with its output; `None` if the guide shows no output.
#[derive(Debug)]
pub struct Snippet {
    pub command: Block,
    pub output: Option<Block>,
}

/// Returns all blocks of a page.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (n, line) in (1..).zip(page.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block::new(n, info)),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.text.extend([line, "\n"]),
            (None, None) => {
                let is_hidden = ["```", "~~~"].iter().any(|fence| line.contains(fence));
                assert!(!is_hidden, "line {n}: a fence that is not at the margin");
            }
        }
    }
    assert!(open.is_none(), "the last block has no end");
    blocks
}

/// Returns the snippets of a page. Every block is a part of one.
pub fn snippets(page: &str) -> Vec<Snippet> {
    let mut snippets: Vec<Snippet> = Vec::new();
    for block in blocks(page) {
        match block.language.as_str() {
            "sh" | "js" | "ts" => snippets.push(Snippet {
                command: block,
                output: None,
            }),
            "http" | "json" | "text" => {
                let last = snippets.last_mut();
                let command = last.filter(|snippet| snippet.output.is_none());
                let command = command.unwrap_or_else(|| panic!("nothing prints {block:?}"));
                command.output = Some(block);
            }
            _ => panic!("unknown language of {block:?}"),
        }
    }
    snippets
}
