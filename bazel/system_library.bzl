"""A repository for a library that the system has installed."""

_BUILD = """
cc_library(
    name = "{name}",
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
)
"""

def _impl(ctx):
    header = "/usr/include/" + ctx.attr.header
    if not ctx.path(header).exists:
        fail("%s is not installed: %s is missing. Run tools/setup, or: apt-get install %s" %
             (ctx.name, header, ctx.attr.package))
    ctx.file("BUILD", _BUILD.format(name = ctx.name, linkopts = repr(ctx.attr.linkopts)))

system_library = repository_rule(
    implementation = _impl,
    attrs = {
        "header": attr.string(mandatory = True, doc = "a header below /usr/include whose presence shows the library"),
        "linkopts": attr.string_list(),
        "package": attr.string(mandatory = True, doc = "the Debian package to install when it is missing"),
    },
    local = True,
    configure = True,
)
