"""A page with a chart that stands alone: what draws it is in the file, so it needs no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from mipsdsl import resources

_POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'"
"""Nothing may be fetched; Vega makes functions of its expressions."""

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>body {{ font: 16px/1.4 sans-serif; margin: 2rem auto; max-width: 52rem }}</style>
<h1>{title}</h1>
<p>{about}</p>
<div id="chart"></div>
{scripts}
<script>vegaEmbed("#chart", {chart}, {{actions: {{export: true, source: true, editor: false}}}})</script>
</html>
"""


def page(title: str, about: str, chart: Mapping[str, object]) -> str:
    """Return a page with a Vega-Lite chart below a title and a paragraph."""
    return _PAGE.format(
        policy=escape(_POLICY),
        title=escape(title),
        about=escape(about),
        scripts="\n".join(f"<script>{script}</script>" for script in resources.vega()),
        # `<` would end the script where a name of the data said so.
        chart=json.dumps(chart, ensure_ascii=False).replace("<", "\\u003c"),
    )
