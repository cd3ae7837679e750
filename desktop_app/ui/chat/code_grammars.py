"""What families of programming languages look like, as far as colours need it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a family of languages has in common.

    Attributes:
        line_comments: Marks that make the rest of a line a comment.
        long: Pairs (opening, closing) that may go over lines, and their ink.
        quotes: Marks of strings that end with their line.
        keywords: Words of the language.
        folds_case: Keywords may be written in capitals.
    """

    line_comments: tuple[str, ...] = ("//",)
    long: tuple[tuple[str, str, str], ...] = (("/*", "*/", "ink_comment"),)
    quotes: str = "\"'"
    keywords: frozenset[str] = frozenset()
    folds_case: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_C_WORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register return short signed sizeof static struct switch typedef union "
    "unsigned void volatile while true false NULL bool "
)
_JS_WORDS = (
    "async await break case catch class const continue debugger default delete do else export "
    "extends false finally for from function get if import in instanceof let new null of return "
    "set static super switch this throw true try typeof undefined var void while yield "
)
_OBJECT_WORDS = (
    "abstract class extends final finally implements import instanceof interface new null package "
    "private protected public super synchronized this throw throws try catch boolean byte var "
    "record "
)
_TRIPLE = (('"""', '"""', "ink_string"), ("'''", "'''", "ink_string"))
_MARKUP = Grammar((), (("<!--", "-->", "ink_comment"),))
_HASH = Grammar(("#",), ())
_C = Grammar(keywords=_words(_C_WORDS))
_CPP = Grammar(
    keywords=_words(
        _C_WORDS + "class constexpr delete explicit friend mutable namespace new noexcept nullptr "
        "operator override private protected public template this throw try catch typename using "
        "virtual concept requires co_await co_return co_yield"
    )
)
_JAVASCRIPT = Grammar(
    long=(("/*", "*/", "ink_comment"), ("`", "`", "ink_string")),
    keywords=_words(
        _JS_WORDS
        + "abstract any as boolean declare enum implements interface keyof namespace never "
        "number private protected public readonly string type unknown satisfies"
    ),
)
_PYTHON = Grammar(
    ("#",),
    _TRIPLE,
    keywords=_words(
        "False None True and as assert async await break case class continue def del elif else "
        "except finally for from global if import in is lambda match nonlocal not or pass raise "
        "return self try type while with yield"
    ),
)
_JAVA = Grammar(
    keywords=_words(
        _C_WORDS
        + _OBJECT_WORDS
        + "fun val when object companion data sealed override internal is in "
        "namespace using async await string decimal get set foreach readonly partial string lock"
    )
)
_GO = Grammar(
    long=(("/*", "*/", "ink_comment"), ("`", "`", "ink_string")),
    keywords=_words(
        "break case chan const continue default defer else fallthrough for func go goto if import "
        "interface map package range return select struct switch type var nil true false string "
        "int error bool byte rune float64 int64 any make new len append"
    ),
)
_RUST = Grammar(
    quotes='"',
    keywords=_words(
        "as async await break const continue crate dyn else enum extern false fn for if impl in "
        "let loop match mod move mut pub ref return self Self static struct super trait true type "
        "unsafe use where while i32 i64 u8 u32 u64 usize f64 bool str String Vec Option Result "
        "Some None Ok Err"
    ),
)
_SWIFT = Grammar(
    long=(("/*", "*/", "ink_comment"), ('"""', '"""', "ink_string")),
    keywords=_words(
        "actor as async await break case catch class continue defer do else enum extension false "
        "fileprivate for func guard if import in init inout internal is let nil open override "
        "private protocol public return self static struct super switch throw throws true try "
        "typealias var where while"
    ),
)
_RUBY = Grammar(
    ("#",),
    (("=begin", "=end", "ink_comment"),),
    keywords=_words(
        "alias and begin break case class def defined do else elsif end ensure false for if in "
        "module next nil not or redo require rescue retry return self super then true undef "
        "unless until when while yield attr_accessor attr_reader puts"
    ),
)
_SHELL = Grammar(
    ("#",),
    (),
    keywords=_words(
        "if then else elif fi for while until do done case esac in function return local export "
        "set unset source echo exit cd sudo read shift trap eval exec test"
    ),
)
_SQL = Grammar(
    ("--",),
    keywords=_words(
        "add all alter and as asc begin between by case check column commit constraint create "
        "cross database default delete desc distinct drop else end exists false foreign from full "
        "group having if in index inner insert into is join key left like limit not null offset "
        "on or order outer primary references returning right rollback select set table then true "
        "union unique update using values view when where with integer text real varchar "
        "timestamp"
    ),
    folds_case=True,
)
_PHP = Grammar(
    ("//", "#"), keywords=_words(_C_WORDS + _OBJECT_WORDS + "echo function fn foreach as use")
)
_LUA = Grammar(
    ("--",),
    (("--[[", "]]", "ink_comment"), ("[[", "]]", "ink_string")),
    keywords=_words(
        "and break do else elseif end false for function goto if in local nil not or repeat "
        "return then true until while"
    ),
)
_CSS = Grammar((), keywords=_words("import media supports keyframes important from to"))
_DATA = Grammar(("#", "//"), (), keywords=_words("true false null yes no on off None True False"))
_HASKELL = Grammar(
    ("--",),
    (("{-", "-}", "ink_comment"),),
    '"',
    _words(
        "case class data deriving do else if import in instance let module newtype of then type "
        "where"
    ),
)

_NAMES: tuple[tuple[str, Grammar], ...] = (
    ("python py python3 pyi", _PYTHON),
    ("javascript js jsx typescript ts tsx mjs node", _JAVASCRIPT),
    ("java kotlin kt c# csharp cs scala groovy dart", _JAVA),
    ("c h objective-c objc", _C),
    ("c++ cpp cc cxx hpp arduino cuda glsl", _CPP),
    ("go golang", _GO),
    ("rust rs", _RUST),
    ("swift", _SWIFT),
    ("ruby rb", _RUBY),
    ("bash sh shell zsh console fish powershell ps1", _SHELL),
    ("sql sqlite postgres postgresql mysql", _SQL),
    ("php", _PHP),
    ("lua", _LUA),
    ("css scss less", _CSS),
    ("json json5 jsonc yaml yml toml ini conf properties", _DATA),
    ("html xml svg vue xhtml", _MARKUP),
    ("dockerfile docker makefile make cmake r perl pl elixir nim nix", _HASH),
    ("haskell hs elm", _HASKELL),
)
_GRAMMARS = {name: grammar for names, grammar in _NAMES for name in names.split()}


def grammar_of(language: str) -> Grammar | None:
    """How a language is read, None for one that is not known."""
    return _GRAMMARS.get(language.strip().lower())
