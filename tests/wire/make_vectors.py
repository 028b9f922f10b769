#!/usr/bin/env python3
"""Writes the project's own vectors: make_vectors.py [--check] FOLDER. With --check it writes nothing and fails where
the files are not what it would write. Fixed keys, nonces and times: the same bytes every time."""
import json
import sys
from pathlib import Path

from own.content_file import contents
from own.directory_file import directory
from own.evidence_file import evidences
from own.handed_over_file import handed_over
from own.rows import hexed
from own.story import Story
from own.streams_file import streams
from own.sync_file import frames

FILES = {"directory.json": directory, "streams.json": streams, "content.json": contents, "evidence.json": evidences,
         "sync.json": frames, "files.json": handed_over}


def main():
    check = "--check" in sys.argv
    folder, story = Path(sys.argv[-1]), Story()
    different = []
    for name, make in FILES.items():
        about = {"about": f"RILON's own vectors: made by tests/wire/make_vectors.py ({make.__name__}); bytes are hex",
                 "network_id": story.id}
        text = json.dumps(hexed({**about, **make(story)}), indent=1, ensure_ascii=True) + "\n"
        if not check:
            (folder / name).write_text(text, encoding="ascii")
        elif (folder / name).read_text(encoding="ascii") != text:
            different.append(name)
    sys.exit(f"not what {sys.argv[0]} writes: {', '.join(different)}" if different else 0)


if __name__ == "__main__":
    main()
