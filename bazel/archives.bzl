"""The pinned archives that stand in for libraries which the system lacks.

An archive is listed only where its sha256 was computed from the upstream project's own bytes. For the other libraries
(Debian ships them repacked, or in another compression) `system_library` fails and names the package to install.
"""

_NOTHING = struct(build_file = None, sha256 = "", strip_prefix = "", urls = [])

_ARCHIVES = {
    "benchmark": struct(
        build_file = Label("//bazel:benchmark.BUILD"),
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        strip_prefix = "benchmark-1.7.1",
        urls = ["https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz"],
    ),
    "nlohmann_json": struct(
        build_file = Label("//bazel:nlohmann_json.BUILD"),
        sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        strip_prefix = "json-3.11.2",
        urls = ["https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz"],
    ),
    "simdjson": struct(
        build_file = Label("//bazel:simdjson.BUILD"),
        sha256 = "156b1bc5eb0561b2bd166b46d191fd3d95a3e709cc63761477d3b7aec2b6e9ed",
        strip_prefix = "simdjson-3.0.1",
        urls = ["https://github.com/simdjson/simdjson/archive/refs/tags/v3.0.1.tar.gz"],
    ),
}

def archive_of(name):
    """Gives the archive for the library `name`; one without urls when none is listed."""
    return _ARCHIVES.get(name, _NOTHING)
