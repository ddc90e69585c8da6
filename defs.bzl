"""The rules that our BUILD files are written in. Flags live here and in .bazelrc, nowhere else."""

COPTS = [
    "-std=c++20",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Wimplicit-fallthrough",
]

def _library(name, copts, **kwargs):
    native.cc_library(
        name = name,
        copts = COPTS + copts,
        include_prefix = "/".join(["portcullis"] + [p for p in [native.package_name()] if p]),
        **kwargs
    )

def pure_library(name, **kwargs):
    """A library of the core: no I/O, and no exception may come out of it."""
    _library(name, [], **kwargs)

def library(name, **kwargs):
    """A library outside the core: helpers of tests, tools, the driver."""
    _library(name, [], **kwargs)

def binary(name, **kwargs):
    native.cc_binary(name = name, copts = COPTS, **kwargs)

def unit_test(name, srcs = None, deps = [], size = "small", **kwargs):
    """A Catch2 test; its source is NAME.cc unless it says otherwise."""
    native.cc_test(
        name = name,
        srcs = srcs or [name + ".cc"],
        copts = COPTS,
        size = size,
        deps = deps + ["//tests:catch_main"],
        **kwargs
    )

def property_test(name, srcs = None, deps = [], size = "medium", **kwargs):
    """A RapidCheck property inside a Catch2 test."""
    unit_test(
        name = name,
        srcs = srcs,
        size = size,
        deps = deps + ["@rapidcheck"],
        **kwargs
    )

def golden(name, tool, args, checked_in, data = []):
    """A test that `tool args` still prints what stands in the file `checked_in`."""
    native.genrule(
        name = name + "_fresh",
        srcs = data,
        outs = [name + ".fresh"],
        cmd = "$(execpath %s) %s > $@" % (tool, args),
        exec_tools = [tool],
        testonly = True,
    )
    native.cc_test(
        name = name,
        srcs = ["//tests:same_file.cc"],
        copts = COPTS,
        size = "small",
        args = ["$(rootpath %s)" % checked_in, "$(rootpath :%s_fresh)" % name],
        data = [checked_in, ":%s_fresh" % name],
    )
