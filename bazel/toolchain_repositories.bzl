"""The repositories that Bazel 4's built-in toolchains load, taken from Debian's packages."""

_RULES_CC = """
cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
fdo_prefetch_hints = native.fdo_prefetch_hints
fdo_profile = native.fdo_profile
objc_import = native.objc_import
objc_library = native.objc_library
"""

def _rules_cc_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = \"rules_cc\")\n")
    ctx.file("cc/BUILD", "")
    ctx.file("cc/defs.bzl", _RULES_CC)

_rules_cc = repository_rule(implementation = _rules_cc_impl)

_COVERAGE_BUILD = """
[sh_binary(
    name = name,
    srcs = ["nothing.sh"],
    visibility = ["//visibility:public"],
) for name in ["coverage_report_generator", "lcov_merger"]]
"""

def _coverage_tools_impl(ctx):
    ctx.file("BUILD", _COVERAGE_BUILD)
    ctx.file("nothing.sh", "#!/bin/sh\n", executable = True)

_coverage_tools = repository_rule(implementation = _coverage_tools_impl)

_DEBIAN = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "platforms": "/usr/share/bazel/tools/platforms",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}

def _brings_its_own():
    # Debian's build of Bazel 4 tells no version. Any other Bazel declares these repositories itself, and downloads them.
    return native.bazel_version and not native.bazel_version.startswith("4.")

def toolchain_repositories():
    """Declares what every C++ target makes Bazel 4 load, so that none of it is a download."""
    if _brings_its_own():
        return
    for name, path in _DEBIAN.items():
        if not native.existing_rule(name):
            native.local_repository(name = name, path = path)
    if not native.existing_rule("rules_cc"):
        _rules_cc(name = "rules_cc")
    if not native.existing_rule("remote_coverage_tools"):
        _coverage_tools(name = "remote_coverage_tools")
