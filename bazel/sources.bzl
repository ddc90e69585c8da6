"""The sources of a target and of all that it depends on, as files."""

_Sources = provider(fields = ["files"])

def _ours(ctx):
    if ctx.label.workspace_name:
        return []
    return [file for name in ["srcs", "hdrs"] for file in getattr(ctx.rule.files, name, []) if file.is_source]

def _aspect_impl(_, ctx):
    below = [dep[_Sources].files for dep in getattr(ctx.rule.attr, "deps", []) if _Sources in dep]
    return [_Sources(files = depset(_ours(ctx), transitive = below))]

_sources_of = aspect(implementation = _aspect_impl, attr_aspects = ["deps"])

def _impl(ctx):
    files = depset(transitive = [dep[_Sources].files for dep in ctx.attr.deps])
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

all_sources = rule(
    implementation = _impl,
    attrs = {"deps": attr.label_list(aspects = [_sources_of], doc = "the targets")},
)
