"""The repositories that Portcullis needs.

Call `portcullis_deps()` in your WORKSPACE. A name that already exists is left alone, so your own copy of a library wins.
"""

load("@portcullis//bazel:archives.bzl", "archive_of")
load("@portcullis//bazel:system_library.bzl", "system_library")
load("@portcullis//bazel:toolchain_repositories.bzl", "toolchain_repositories")

# What each library is called, the header that shows it is installed, and the Debian package that brings it.
LIBRARIES = {
    "benchmark": struct(header = "benchmark/benchmark.h", linkopts = ["-lbenchmark", "-lpthread"], package = "libbenchmark-dev"),
    "catch2": struct(header = "catch2/catch.hpp", linkopts = [], package = "catch2"),
    "cli11": struct(header = "CLI/CLI.hpp", linkopts = [], package = "libcli11-dev"),
    "nlohmann_json": struct(header = "nlohmann/json.hpp", linkopts = [], package = "nlohmann-json3-dev"),
    "openssl": struct(header = "openssl/evp.h", linkopts = ["-lssl", "-lcrypto"], package = "libssl-dev"),
    "pugixml": struct(header = "pugixml.hpp", linkopts = ["-lpugixml"], package = "libpugixml-dev"),
    "rapidcheck": struct(header = "rapidcheck.h", linkopts = ["-lrapidcheck"], package = "librapidcheck-dev"),
    "simdjson": struct(header = "simdjson.h", linkopts = ["-lsimdjson"], package = "libsimdjson-dev"),
    "zlib": struct(header = "zlib.h", linkopts = ["-lz"], package = "zlib1g-dev"),
    "zstd": struct(header = "zstd.h", linkopts = ["-lzstd"], package = "libzstd-dev"),
}

def portcullis_deps():
    """Declares every repository that the packages of Portcullis load."""
    toolchain_repositories()
    for name in LIBRARIES:
        if not native.existing_rule(name):
            declare_library(name)

def declare_library(name):
    """Declares the repository of one library out of `LIBRARIES`, whatever exists already."""
    library = LIBRARIES[name]
    archive = archive_of(name)
    system_library(
        name = name,
        build_file = archive.build_file,
        header = library.header,
        library = name,
        linkopts = library.linkopts,
        package = library.package,
        sha256 = archive.sha256,
        strip_prefix = archive.strip_prefix,
        urls = archive.urls,
    )
