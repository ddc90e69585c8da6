"""The libraries of deps.bzl for MODULE.bazel; Bazel 4 has no module extensions and never loads this file."""

load("//:deps.bzl", "LIBRARIES", "declare_library")

def _impl(_ctx):
    for name in LIBRARIES:
        declare_library(name)

system_libraries = module_extension(implementation = _impl)
