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
] + select({
    # Tests that draw ten thousand histories want some speed; a user's build keeps the level that the user chose.
    "//bazel:development": ["-O1"],
    "//conditions:default": [],
})

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

def text_header(name, src, out, constant):
    """A file as text in a header, for programs that are to run without their source tree.

    Args:
      name: of the rule.
      src: the file.
      out: the header.
      constant: the namespace and the name of the text in it, with a space between.
    """
    native.genrule(
        name = name,
        srcs = [src],
        outs = [out],
        cmd = "$(execpath //spec:text_header.sh) %s $< > $@" % constant,
        exec_tools = ["//spec:text_header.sh"],
    )

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

def shared_test(name, deps = [], size = "small", data = [], srcs = None):
    """A Catch2 test whose cases, NAME_cases, are linked into //tests/mutants too."""
    native.cc_library(
        name = name + "_cases",
        testonly = True,
        srcs = srcs or [name + ".cc"],
        copts = COPTS,
        data = data,
        visibility = ["//tests/mutants:__pkg__"],
        alwayslink = True,
        deps = deps + ["@catch2"],
    )
    native.cc_test(
        name = name,
        size = size,
        deps = [":%s_cases" % name, "//tests:catch_main"],
    )

def property_test(name, srcs = None, deps = [], size = "medium", timeout = "long", **kwargs):
    """A RapidCheck property inside a Catch2 test."""
    unit_test(
        name = name,
        srcs = srcs,
        size = size,
        timeout = timeout,
        deps = deps + ["@rapidcheck"],
        **kwargs
    )

def golden(name, tool, args, checked_in, data = []):
    """A test that `tool args` still prints what stands in the file `checked_in`.

    Args:
      name: of the test; what the tool prints now is the file NAME.fresh.
      tool: a program that writes to its standard output.
      args: its arguments, as one string.
      checked_in: the file in the source tree.
      data: files that the tool reads by their path below the top of the source tree.
    """
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
        args = ["$(rootpath %s)" % checked_in, "$(rootpath :%s_fresh)" % name],
        data = [checked_in, ":%s_fresh" % name],
        size = "small",
        deps = ["//tests:same_file"],
    )

def fuzz_target(name, deps):
    """A libFuzzer entry point, and a test that replays its seeds and whatever once broke it.

    Args:
      name: of the libFuzzer binary, whose source is NAME.cc and whose dictionary, where there is one, is NAME.dict. It
        is built by `--config=fuzz` only; the test is called NAME_replay and belongs to every run of the tests. It
        replays corpus/seeds/NAME/ and corpus/crashes/NAME/.
      deps: what the entry point calls.
    """
    seeds = "//corpus:seeds_" + name
    native.cc_library(
        name = name + "_entry",
        testonly = True,
        srcs = [name + ".cc"],
        copts = COPTS,
        alwayslink = True,
        deps = deps,
    )
    native.cc_test(
        name = name + "_replay",
        size = "small",
        srcs = ["//fuzz:replay_main.cc"],
        args = ["$(rootpaths %s)" % seeds],
        copts = COPTS,
        data = [seeds],
        deps = [":%s_entry" % name],
    )
    native.cc_binary(
        name = name,
        testonly = True,
        data = [seeds] + native.glob([name + ".dict"], allow_empty = True),
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":%s_entry" % name],
    )
