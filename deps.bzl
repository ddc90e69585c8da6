"""The repositories that Portcullis needs.

Call `portcullis_deps()` in your WORKSPACE. A name that already exists is left alone, so your own copy of a library wins.
"""

load("@portcullis//bazel:system_library.bzl", "system_library")
load("@portcullis//bazel:toolchain_repositories.bzl", "toolchain_repositories")

# What each library is called, the header that shows it is installed, and the Debian package that brings it.
LIBRARIES = {
    "catch2": struct(header = "catch2/catch.hpp", linkopts = [], package = "catch2"),
    "nlohmann_json": struct(header = "nlohmann/json.hpp", linkopts = [], package = "nlohmann-json3-dev"),
    "openssl": struct(header = "openssl/evp.h", linkopts = ["-lssl", "-lcrypto"], package = "libssl-dev"),
    "rapidcheck": struct(header = "rapidcheck.h", linkopts = ["-lrapidcheck"], package = "librapidcheck-dev"),
    "zlib": struct(header = "zlib.h", linkopts = ["-lz"], package = "zlib1g-dev"),
}

def portcullis_deps():
    """Declares every repository that the packages of Portcullis load."""
    toolchain_repositories()
    for name, library in LIBRARIES.items():
        if not native.existing_rule(name):
            system_library(
                name = name,
                header = library.header,
                linkopts = library.linkopts,
                package = library.package,
            )
