#!/usr/bin/env python3
"""A bundle of STIX 2.1, against the schemas of OASIS and what they can't say: stix_schemas.py BUNDLE|--of PROGRAM.

Schemas and TLP 2.0 markings come from $RILON_DATA; needs Debian's python3-jsonschema too. Without one of them it says
so and does nothing. Beside the schemas: nobody's own properties outside an extension, every reference leads to an
object that stands before, ids that are nobody else's, one TLP for each object, markings as given.
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import warnings

TLP = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
# What is the same for all alerts has no author's marking.
UNMARKED = {"marking-definition", "extension-definition", "location"}

try:
    import jsonschema
except ImportError:
    jsonschema = None


class Stix:
    def __init__(self, data):
        paths = sorted((data / "stix/schemas").rglob("*.json"))
        schemas = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        self.by_id = {schema["$id"]: schema for schema in schemas}
        self.by_type = {path.stem: schema for path, schema in zip(paths, schemas)}
        # Its list of what a bundle may hold lacks location, note, opinion and extension-definition, and refuses them:
        # each object is held against its own type's schema instead.
        del self.by_type["bundle"]["properties"]["objects"]["items"]
        self.tlp = {one["id"]: one for one in json.loads((data / "stix_tlp2_markings.json").read_text("utf-8"))}

    def validator(self, schema):
        with warnings.catch_warnings():  # Deprecated in 4.18, and the only way in Debian 12's 4.10.
            warnings.simplefilter("ignore", DeprecationWarning)
            resolver = jsonschema.RefResolver(base_uri=schema["$id"], referrer=schema, store=self.by_id)
            return jsonschema.Draft202012Validator(schema, resolver=resolver)

    def properties_of(self, kind):
        """All that the schema of a type names, its parents included."""
        schema, out = self.by_type[kind], set()
        for part in [schema, *schema.get("allOf", [])]:
            if "$ref" in part:
                out |= set(self.by_type[part["$ref"].rsplit("/", 1)[1].removesuffix(".json")].get("properties", {}))
            out |= set(part.get("properties", {}))
        return out | {"id", "definition", "definition_type"} if kind == "marking-definition" else out

    def problems_of(self, bundle):
        found = [f"bundle{error.json_path[1:]}: {error.message[:300]}"
                 for error in self.validator(self.by_type["bundle"]).iter_errors(bundle)]
        before, uuids = {}, set()
        for one in bundle.get("objects", []):
            name = one.get("id", "?")
            found += [f"{name}: {problem}" for problem in self.problems_of_object(one, before)]
            uuid = name.partition("--")[2]
            if uuid in uuids:
                found.append(f"{name}: its UUID is another's too")
            uuids.add(uuid)
            before[name] = one
        return found

    def problems_of_object(self, one, before):
        schema = self.by_type.get(one.get("type"))
        if schema is None:
            yield f"no schema for type {one.get('type')!r}"
            return
        for error in self.validator(schema).iter_errors(one):
            yield f"{error.json_path[1:]}: {error.message[:300]}"
        for name in sorted(set(one) - self.properties_of(one["type"])):
            yield f"{name} is no property of STIX"
        for ref in sorted(refs_of(one) - set(before)):
            yield f"{ref} does not stand before"
        if one.get("modified", "~") < one.get("created", ""):
            yield "modified before it was created"
        if one.get("last_seen", "~") < one.get("first_seen", ""):
            yield "seen last before first"
        if one.get("valid_until", "~") <= one.get("valid_from", ""):
            yield "valid until before valid from"
        for key in set(one.get("extensions", {})) - {TLP}:
            if key not in before:
                yield f"{key} is not defined"
        yield from self.problems_of_marking(one)

    def problems_of_marking(self, one):
        if TLP in one.get("extensions", {}) and one != self.tlp.get(one["id"]):
            yield "not as the TLP 2.0 marking is given"
        marked = [ref for ref in one.get("object_marking_refs", []) if ref in self.tlp]
        ours = one["type"] == "identity" and one.get("identity_class") == "system"
        if len(marked) != (0 if one["type"] in UNMARKED or ours else 1):
            yield f"{len(marked)} TLP markings"


def refs_of(one):
    """The ids in *_ref and *_refs of an object."""
    out = set()
    for key, value in one.items():
        if key.endswith("_ref"):
            out.add(value)
        if key.endswith("_refs"):
            out |= set(value)
    return out


def self_test(stix, bundle):
    """The check must be able to fail: each of these changes breaks a good bundle."""
    def first(broken, kind):
        return next(one for one in broken["objects"] if one["type"] == kind)
    breaks = {
        "an id of version 8": lambda b: first(b, "report").update(id="report--01a208eb-c9fc-8193-b8c8-4f487d775a85"),
        "no name": lambda b: first(b, "report").pop("name"),
        "no milliseconds": lambda b: first(b, "report").update(modified="2026-11-27T00:00:00Z"),
        "a property of one's own": lambda b: first(b, "report").update(revision=1),
        "a reference to nothing": lambda b: first(b, "report").update(
            object_refs=["identity--01a208eb-c9fc-4193-b8c8-4f487d775a85"]),
        "no marking": lambda b: first(b, "report").pop("object_marking_refs"),
        "a marking changed": lambda b: first(b, "marking-definition").update(name="TLP:WHITE"),
        "twice": lambda b: b["objects"].append(b["objects"][-1]),
    }
    for what, change in breaks.items():
        broken = copy.deepcopy(bundle)
        change(broken)
        if not stix.problems_of(broken):
            yield f"not found by this check: {what}"


def read(arguments):
    if arguments[0] == "--of":
        return subprocess.run(arguments[1:], stdout=subprocess.PIPE, timeout=60, check=True).stdout.decode("utf-8")
    return pathlib.Path(arguments[0]).read_text(encoding="utf-8")


def main(arguments):
    data = os.environ.get("RILON_DATA")
    if data is None or jsonschema is None:
        print("OK (skipped: " + ("RILON_DATA is not set)" if data is None else "python3-jsonschema is not installed)"))
        return 0
    text = read(arguments)
    stix, bundle = Stix(pathlib.Path(data)), json.loads(text)
    found = stix.problems_of(bundle)
    if arguments[0] == "--of":
        found += self_test(stix, bundle)
    if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text):
        found.append("a character that moves what a terminal shows")
    for problem in found[:50]:
        print(problem)
    kinds = {one["type"] for one in bundle["objects"]}
    print(f"{len(bundle['objects'])} objects of {len(kinds)} types, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
