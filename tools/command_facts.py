"""What a command line does, as far as it can be read from it: facts for the person who decides, no judgement."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from graphdeck.tools.shell_words import Command, read_line

_SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash"})
_INTERPRETERS: Final = _SHELLS | {"python", "python3", "perl", "ruby", "node", "php", "pwsh", "powershell"}
_ROOT: Final = frozenset({"sudo", "doas", "su", "pkexec", "run0"})
_WRAPPERS: Final = _ROOT | {
    "env", "nohup", "time", "nice", "ionice", "xargs", "command", "exec", "builtin", "stdbuf", "timeout", "setsid",
    "then", "do", "else", "if", "while", "until", "!", "{",
}  # fmt: skip
_KEYWORDS: Final = frozenset({"for", "case", "select", "done", "fi", "esac", "}", "in", "function"})
_TAKE_A_VALUE: Final = frozenset({"-u", "-g", "-n", "-P", "-I", "-L", "-k", "-s", "--user", "--signal"})
_NETWORK: Final = frozenset(
    {"curl", "wget", "ssh", "scp", "sftp", "rsync", "nc", "ncat", "netcat", "socat", "telnet", "ftp", "http", "https"}
)
_LONGEST: Final = 50_000
"""Characters that are taken apart, so that the screen does not stand still."""
_DEEPEST: Final = 4
"""Shells within shells (`sh -c`) that are followed."""

_PATTERNS: Final = (
    (r"git push(?: .*)? (?:-f|--force\S*|\+\S+)( |$)", "overwrites what others have pushed"),
    (r"git push( |$)", "publishes commits"),
    (r"git reset(?: .*)? --hard", "throws away changes that are not committed"),
    (r"git (?:checkout|restore)(?: .*)? (?:--|\.)( |$)", "throws away changes that are not committed"),
    (r"git clean(?: .*)? -\w*f", "deletes files that git does not know"),
    (r"find .*-delete( |$)|find .*-exec(?:dir)? rm ", "deletes what it finds"),
    (r"dd .*\bof=", "writes raw data to a file or device"),
    (r"(?:mkfs\S*|wipefs|fdisk|parted) ", "changes a disk"),
    (r"(?:chmod|chown|chgrp)(?: .*)? (?:-\w*R|--recursive)", "changes the rights of everything in a folder"),
    (r"(?:kill|pkill|killall)( |$)", "ends processes"),
    (r"(?:shutdown|reboot|halt|poweroff)( |$)", "stops the machine"),
    (r"(?:crontab|at|systemctl|launchctl)( |$)", "changes what runs by itself"),
    (r"(?:truncate|shred)( |$)", "destroys what files hold"),
    (r"(?:pip3?|uv pip|npm|pnpm|yarn|apt|apt-get|brew|cargo|gem) (?:install|add|i)( |$)", "installs software"),
    (
        r"(?:kubectl|helm) (?:delete|uninstall)|terraform destroy|docker \S*\s?(?:rm|prune)",
        "deletes what runs elsewhere",
    ),
)
"""What the start of a command with its arguments stands for."""


def command_facts(text: str, *, depth: int = 0) -> list[str]:
    """What a command line chains, overwrites, deletes, downloads and runs as root; a short sentence each."""
    if len(text) > _LONGEST:
        return [f"{len(text):,} characters: too long to be taken apart, and longer than a command should be"]
    line = read_line(text)
    facts = [] if line.is_whole else ["a quote or parenthesis is not closed: what a shell makes of it is not known"]
    facts += _chained(line.commands)
    for command, following in itertools.zip_longest(line.commands, line.commands[1:]):
        facts += _of_command(command)
        if command.after in ("|", "|&") and following is not None:
            facts += _piped(command, following)
        facts += _redirected(command)
        inner = _inner_script(command)
        if inner.startswith(("$(", "`")):
            network = any(_program(each) in _NETWORK for each in read_line(inner).commands)
            what = "downloads a program and runs it at once" if network else "runs what another command puts out"
            facts.append(f"{what}: {' '.join(command.words)}")
        elif inner and depth < _DEEPEST:
            facts.append(f"{_program(command)} runs another command line: {inner}")
            facts += command_facts(inner, depth=depth + 1)
    return list(dict.fromkeys(facts))


def _chained(commands: Sequence[Command]) -> Iterator[str]:
    programs = [_program(command) for command in commands if command.words and command.words[0] not in _KEYWORDS]
    if len(programs) > 1:
        more = f" and {len(programs) - 20} more" if len(programs) > 20 else ""
        yield f"runs {len(programs)} commands: {', '.join(programs[:20])}{more}"
    if any(command.after == "&" for command in commands):
        yield "goes on in the background"


def _own(command: Command) -> tuple[str, ...]:
    """The words of a command without `sudo`, `env` and the like before it."""
    words = list(command.words)
    while words and _base(words[0]) in _WRAPPERS:
        words.pop(0)
        while words and (words[0].startswith("-") or re.match(r"[A-Za-z_]\w*=|\d+[smhd]?$", words[0])):
            if words.pop(0) in _TAKE_A_VALUE and words:
                words.pop(0)
    return tuple(words) or command.words


def _base(word: str) -> str:
    return word.rpartition("/")[2]


def _program(command: Command) -> str:
    words = _own(command)
    if not words or words[0].startswith(("$", "`")):
        return words[0] if words else ""
    return _base(words[0]) or words[0]


def _of_command(command: Command) -> Iterator[str]:
    words = _own(command)
    if not words:
        return
    program, arguments = _program(command), words[1:]
    root = [word for word in command.words[: len(command.words) - len(words) or 1] if _base(word) in _ROOT]
    if root:
        yield f"with the rights of another user, root unless it says whom: {root[0]} {program}"
    if program in ("rm", "rmdir", "unlink"):
        yield _deleted(program, arguments)
    if program in _NETWORK:
        yield f"reaches over the network: {' '.join((program, *arguments))}"
    if program == "eval" or words[0].startswith(("$", "`")):
        yield f"runs what only the shell knows: {' '.join(words)}"
    whole = " ".join((program, *arguments))
    for pattern, sentence in _PATTERNS:
        if re.match(pattern, whole):
            yield f"{sentence}: {whole}"
            break


def _deleted(program: str, arguments: Sequence[str]) -> str:
    options = "".join(word for word in arguments if re.match("-[a-zA-Z]", word))
    targets = " ".join(word for word in arguments if not word.startswith("-")) or "what it is given"
    recursive = program == "rm" and (re.search("[rR]", options) or "--recursive" in arguments)
    unasked = " without asking" if "f" in options or "--force" in arguments else ""
    return f"deletes{' folders with all that is in them' if recursive else ''}{unasked}: {targets}"


def _piped(command: Command, following: Command) -> Iterator[str]:
    source, target = _program(command), _program(following)
    yield f"passes the output of {source} on to {target}"
    if target in _INTERPRETERS:
        what = "downloads a program and runs it at once" if source in _NETWORK else f"runs whatever {source} puts out"
        yield f"{what}: {source} | {target}"
    if _base(following.words[0] if following.words else "") == "xargs" and target in ("rm", "unlink"):
        yield f"deletes whatever {source} puts out"


def _redirected(command: Command) -> Iterator[str]:
    for operator, target in command.redirects:
        if target == "/dev/null" or (operator in (">&", "<&") and (target.isdigit() or target == "-")):
            continue
        if operator in (">>", "&>>"):
            yield f"appends to {target}"
        elif operator in (">", ">|", "&>", ">&"):
            yield f"writes {target}, whose present content is lost"


def _inner_script(command: Command) -> str:
    """The command line that `sh -c` or `eval` gets; empty for all else."""
    words = _own(command)
    program = _program(command)
    if program == "eval":
        return " ".join(words[1:])
    if program in _SHELLS:
        for option, script in itertools.pairwise(words):
            if re.fullmatch("-[a-zA-Z]*c", option):
                return script
    return ""
