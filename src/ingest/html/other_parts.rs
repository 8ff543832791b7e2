//! Lines that stand on the pages of articles and are not the articles: headings over other articles and comments, requests to readers.

use super::blocks::{Block, fold};

/// Most words of a heading over what is not the article.
const MAX_HEADING_WORDS: usize = 6;

/// First words of headings over other articles and comments, and of lines for readers, folded.
const STARTS: &[&str] = &[
    "مواضيعذات",
    "اخبارذات",
    "مقالاتذات",
    "موضوعاتذات",
    "اقراايضا",
    "اقراكذلك",
    "اقراالمزيد",
    "شاهدايضا",
    "طالعايضا",
    "الاكثرقراءه",
    "الاكثرمشاهده",
    "اخباراخري",
    "قصصاخري",
    "مقالاتاخري",
    "التعليقات",
    "تعليقاتالقراء",
    "اضفتعليق",
    "اتركتعليق",
    "اكتبتعليق",
    "شاركالخبر",
    "شاركالمقال",
    "شاركهذا",
    "جميعالحقوق",
    "حقوقالنشر",
    "copyright",
    "الكلماتالدلاليه",
    "كلماتمفتاحيه",
    "قديعجبك",
    "قديهمك",
    "اخترنالك",
    "اخرالاخبار",
    "احدثالاخبار",
    "تابعناعلي",
    "تابعوناعلي",
    "relatedposts",
    "relatedarticles",
    "leaveacomment",
    "readmore",
];

/// Whole lines of that kind.
const LINES: &[&str] = &[
    "شارك",
    "شاركنا",
    "مشاركه",
    "تعليقات",
    "طباعه",
    "اطبع",
    "ارسل",
    "وسوم",
    "الوسوم",
    "المزيد",
    "ذاتصله",
    "related",
    "comments",
    "share",
    "tags",
];

/// Headings over comments, folded.
const COMMENTS: &[&str] = &[
    "التعليقات",
    "تعليقات",
    "تعليقاتالقراء",
    "تعليقاتالزوار",
    "اراءالقراء",
    "ردودالقراء",
    "اضفتعليق",
    "اتركتعليق",
    "اكتبتعليق",
    "comments",
];

/// Whether a paragraph begins with a heading over comments; it may end with their number.
pub(super) fn is_over_comments(block: &Block) -> bool {
    let folded = fold(block.text.lines().next().unwrap_or_default());
    COMMENTS.contains(&folded.trim_end_matches(char::is_numeric))
}

/// Whether a line begins like a heading over other articles, or like a request to readers.
pub(super) fn is_not_the_article(block: &Block) -> bool {
    block.words() <= MAX_HEADING_WORDS && !block.text.ends_with('.') && {
        let folded = fold(&block.text);
        LINES.contains(&folded.as_str()) || STARTS.iter().any(|start| folded.starts_with(start))
    }
}
