#!/usr/bin/env python3
"""Lines that `rilon --json` printed, against docs/schemas: json_schemas.py [--all] FILE…

A line names its schema by "kind", an event of a feed by "specversion". A line of a kind that has no schema fails,
and so does a field that its schema does not have: the published schemas let fields be added, here they are closed.
With --all a schema that no line exercises fails as well. Without arguments: the schemas themselves. Needs Debian's
python3-jsonschema; says so and does nothing without it.
"""
import json
import pathlib
import sys
import warnings

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs/schemas"
SUFFIX = ".schema.json"
SHARED = "common"
# Kinds that no test prints, each with its reason.
EXCEPTIONS = {}

try:
    import jsonschema
except ImportError:
    jsonschema = None


def load():
    return {path.name[:-len(SUFFIX)]: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(FOLDER.glob("*" + SUFFIX))}


def closed(schema):
    """The schema with no other properties than it names, all the way down."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: value if key in ("const", "enum", "required") else closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        out["additionalProperties"] = False
    return out


class Schemas:
    def __init__(self):
        self.seen = set()
        self.schemas = {name: closed(schema) for name, schema in load().items()}
        store = {name + SUFFIX: schema for name, schema in self.schemas.items()}
        with warnings.catch_warnings():  # Deprecated in 4.18, and the only way in Debian 12's 4.10.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.validators = {name: jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(
                base_uri=name + SUFFIX, referrer=schema, store=store)) for name, schema in self.schemas.items()}

    def problems_of(self, line):
        """What is wrong with one line of JSON; its kind counts as seen when nothing is."""
        try:
            row = json.loads(line)
        except ValueError as error:
            return [f"not JSON: {error}"]
        if not isinstance(row, dict):
            return ["not an object"]
        kind = "event" if "specversion" in row else row.get("kind")
        if kind not in self.validators or kind == SHARED:
            return [f"no schema for kind {kind!r}"]
        found = [f"{kind}{error.json_path[1:]}: {error.message}" for error in self.validators[kind].iter_errors(row)]
        if not found:
            self.seen.add(kind)
        return found

    def unseen(self):
        return sorted(set(self.schemas) - self.seen - {SHARED} - set(EXCEPTIONS))


def schemas_are_sound():
    for name, schema in load().items():
        jsonschema.Draft202012Validator.check_schema(schema)
        if name != SHARED and not schema.get("description"):
            return f"{name}: no description"
    schemas = Schemas()
    # The check must be able to fail.
    good = '{"v":1,"kind":"doctor","findings":0,"mended":0}'
    bad = [good.replace("doctor", "nonesuch"), good.replace('"v":1', '"v":2'), good.replace("}", ',"new":1}'),
           good.replace(',"mended":0', ""), good.replace('"findings":0', '"findings":"0"'), "no JSON", "[]"]
    if schemas.problems_of(good) or schemas.seen != {"doctor"}:
        return "a good line is refused"
    missed = [line for line in bad if not schemas.problems_of(line)]
    return f"a bad line passes: {missed[0]}" if missed else None


def main(arguments):
    if jsonschema is None:
        print("OK (skipped: python3-jsonschema is not installed)")
        return 0
    problem = schemas_are_sound()
    if problem:
        print(problem)
        return 1
    every = arguments[:1] == ["--all"]
    schemas, count, bad = Schemas(), 0, 0
    for path in arguments[1:] if every else arguments:
        for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
            count += 1
            for found in schemas.problems_of(line):
                bad += 1
                print(f"{path}:{number}: {found}\n  {line[:300]}")
    if every and schemas.unseen():
        bad += 1
        print("no line exercises:", *schemas.unseen())
    print(f"{count} lines, {len(schemas.seen)} of {len(schemas.schemas) - 1} schemas, {bad} problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
