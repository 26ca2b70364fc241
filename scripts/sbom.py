#!/usr/bin/env python3
"""Writes what a package of this workspace is built from, as a CycloneDX 1.6 document: every crate that ends up in the
library, with version, licence and the checksum of Cargo.lock.

  scripts/sbom.py panveil-ffi > panveil-ffi.cdx.json

Of the crates for the platform it runs on; dependencies for tests and for building only are left out. Prints to the standard output; fails if a crate has no checksum
or no licence.
"""
import json
import re
import subprocess
import sys


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def checksums():
    """Name and version to checksum, from Cargo.lock."""
    with open("Cargo.lock", encoding="utf-8") as lock:
        entries = lock.read().split("[[package]]")[1:]
    values = [dict(re.findall(r'^(name|version|checksum) = "(.*)"$', entry, re.M)) for entry in entries]
    return {(entry["name"], entry["version"]): entry.get("checksum") for entry in values}


def main(package):
    version = subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout
    host = re.search(r"^host: (\S+)$", version, re.M).group(1)
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", host))
    # The metadata unite the features of the whole workspace; the tree has those of this package alone.
    tree = cargo("tree", "--locked", "-p", package, "-e", "normal", "--target", host, "--prefix", "none", "--format", "{p}")
    built = {tuple(re.match(r"(\S+) v(\S+)", line).groups()) for line in tree.splitlines() if line}
    packages = {entry["id"]: entry for entry in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    locked = checksums()
    roots = [entry["id"] for entry in packages.values() if entry["name"] == package]
    if not roots:
        sys.exit(f"sbom: {package} is no package of this workspace")

    reached, waiting = {}, [roots[0]]
    while waiting:
        crate = waiting.pop()
        if crate in reached:
            continue
        linked = [
            dependency["pkg"]
            for dependency in nodes[crate]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
            and (packages[dependency["pkg"]]["name"], packages[dependency["pkg"]]["version"]) in built
        ]
        reached[crate] = linked
        waiting.extend(linked)

    if len(reached) != len(built):
        sys.exit(f"sbom: {len(reached)} crates were reached, and {len(built)} are built")

    def component(crate):
        entry = packages[crate]
        name, version = entry["name"], entry["version"]
        described = {
            "type": "library",
            "bom-ref": f"pkg:cargo/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:cargo/{name}@{version}",
        }
        if not entry["license"] and not entry["license_file"]:
            sys.exit(f"sbom: {name} {version} states no licence")
        if entry["license"]:
            described["licenses"] = [{"expression": entry["license"].replace("/", " OR ")}]
        if entry["source"]:
            checksum = locked.get((name, version)) or sys.exit(f"sbom: {name} {version} has no checksum")
            described["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return described

    ordered = sorted(reached, key=lambda crate: (packages[crate]["name"], packages[crate]["version"]))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(roots[0])},
        "components": [component(crate) for crate in ordered if crate != roots[0]],
        "dependencies": [
            {
                "ref": component(crate)["bom-ref"],
                "dependsOn": sorted(component(other)["bom-ref"] for other in set(reached[crate])),
            }
            for crate in ordered
        ],
    }
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: scripts/sbom.py PACKAGE")
    main(sys.argv[1])
