"""The tutorials run as they stand.

Each page runs in an empty folder that has the project's configs and tools, block by block:

- a block that begins with `# file: NAME` is written to that file;
- other `python` blocks run in one namespace;
- `bash` blocks run with this Python, in one shell a block; what they export holds for that block;
- a `text` block must be part of what the block before it printed, but for the width of gaps and what `...` stands for.
  Where it has a line `SomeError: ...`, that block must fail, and no other may.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / 'docs' / 'tutorials').glob('*.md'))
FENCE = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
FILE = re.compile(r'# file: (\S+)\n')
ERROR = re.compile(r'^\w*Error: ', re.MULTILINE)
LINK = re.compile(r'\]\(([^)#:]+)\)')
SHOWN_LINES = 40


class Block(NamedTuple):
    """A fenced block: its language, its text, and the line of the page that it follows."""

    language: str
    text: str
    line: int


def blocks_of(page):
    text = page.read_text()
    return [Block(match[1], match[2], text.count('\n', 0, match.start(2))) for match in FENCE.finditer(text)]


def run(block, page, namespace):
    """Run a block; returns whether it went well, and what it printed."""
    named = FILE.match(block.text)
    if named:
        Path(named[1]).write_text(block.text)
        return True, ''
    if block.language == 'python':
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile('\n' * block.line + block.text, page, 'exec'), namespace)
        return True, printed.getvalue()
    assert block.language == 'bash', f'{page}, line {block.line}: a block of {block.language!r} cannot be run'
    script = f'python() {{ {shlex.quote(sys.executable)} "$@"; }}\n{block.text}'
    done = subprocess.run(['bash', '-e', '-c', script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, env={**os.environ, 'OMP_NUM_THREADS': '1'})
    return done.returncode == 0, done.stdout


def pattern(shown):
    """A shown output as a regular expression."""
    words = (r'.*?'.join(map(re.escape, word.split('...'))) for word in shown.split())
    return re.compile(r'\s+'.join(words), re.DOTALL)


def run_page(page):
    namespace = {'__name__': '__main__'}
    blocks = blocks_of(page)
    for block, shown in zip(blocks, [*blocks[1:], None], strict=True):
        if block.language == 'text':
            continue
        place = f'{page.name}, line {block.line}'
        went_well, printed = run(block, page.name, namespace)
        expected = shown.text if shown is not None and shown.language == 'text' else ''
        end = '\n'.join(printed.splitlines()[-SHOWN_LINES:])
        assert went_well != bool(ERROR.search(expected)), f'{place}:\n{end}'
        assert pattern(expected).search(printed), f'{place}: expected\n{expected}\ngot\n{end}'


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.stem)
def test_a_page_runs(page, tmp_path, monkeypatch):
    for name in ('configs', 'mmvist', 'tools'):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    run_page(page)


def test_pages_are_found():
    assert [page.stem for page in PAGES] == ['swap_a_tracker', 'track_other_masks', 'write_a_cue']
    readme = LINK.findall((ROOT / 'README.md').read_text())
    for page in PAGES:
        assert f'docs/tutorials/{page.name}' in readme
        assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_pages_agree_on_the_files_they_share():
    texts = {}
    for page in PAGES:
        for block in blocks_of(page):
            named = FILE.match(block.text)
            if named:
                assert texts.setdefault(named[1], block.text) == block.text, f'{page.name}: {named[1]}'
    assert 'work_dirs/tutorial/world.py' in texts


@pytest.mark.parametrize(('blocks', 'fault'), [
    ([('python', '# file: a.py\nprint(6  *  7)'), ('bash', 'python a.py'), ('text', '42')], None),
    ([('python', 'a = 6'), ('python', 'print("a  is", a)'), ('text', 'a is\n  6')], None),
    ([('python', 'print("a b c")'), ('text', 'a ... c')], None),
    ([('bash', 'echo "ValueError: no"; false'), ('text', 'ValueError: n...')], None),
    ([('python', 'print(43)'), ('text', '42')], 'line 1: expected'),
    ([('bash', 'false\ntrue')], 'line 1:'),
    ([('bash', 'echo "ValueError: no"'), ('text', 'ValueError: no')], 'line 1:'),
    ([('', 'text')], "a block of '' cannot be run")])
def test_what_a_page_must_be(blocks, fault, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = tmp_path / 'page.md'
    page.write_text(''.join(f'```{language}\n{text}\n```\n' for language, text in blocks))
    if fault is None:
        run_page(page)
    else:
        with pytest.raises(AssertionError, match=fault):
            run_page(page)
