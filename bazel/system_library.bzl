"""A repository for a library: the system's copy where there is one, otherwise a pinned archive."""

_INCLUDE_FOLDERS = ["/usr/include", "/usr/local/include"]

_BUILD = """
cc_library(
    name = "{name}",
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
)
"""

def _installed(ctx):
    return [folder for folder in _INCLUDE_FOLDERS if ctx.path(folder + "/" + ctx.attr.header).exists]

def _impl(ctx):
    if _installed(ctx):
        # The compiler finds these headers by itself, so the target brings no more than what to link.
        ctx.file("BUILD", _BUILD.format(name = ctx.attr.library, linkopts = repr(ctx.attr.linkopts)))
    elif ctx.attr.urls:
        ctx.download_and_extract(ctx.attr.urls, sha256 = ctx.attr.sha256, stripPrefix = ctx.attr.strip_prefix)
        for file in ["BUILD", "BUILD.bazel"]:
            ctx.delete(file)
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")
    else:
        fail("%s is not installed: none of %s has %s. Run tools/setup, or: apt-get install %s" %
             (ctx.attr.library, ", ".join(_INCLUDE_FOLDERS), ctx.attr.header, ctx.attr.package))

system_library = repository_rule(
    implementation = _impl,
    attrs = {
        "build_file": attr.label(doc = "what is laid into the archive as its BUILD file; declares the target `library`"),
        "header": attr.string(mandatory = True, doc = "a header whose presence shows that the library is installed"),
        "library": attr.string(mandatory = True, doc = "the one target of the repository"),
        "linkopts": attr.string_list(doc = "what links the system's copy"),
        "package": attr.string(mandatory = True, doc = "the Debian package to install when it is missing"),
        "sha256": attr.string(doc = "of the archive"),
        "strip_prefix": attr.string(doc = "the archive's top folder"),
        "urls": attr.string_list(doc = "where the archive is; empty when none is pinned"),
    },
    # Looked at again at each start of Bazel, so that installing a package is noticed.
    local = True,
    configure = True,
)
