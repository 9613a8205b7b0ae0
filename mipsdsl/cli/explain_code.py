"""``mips explain-code``: what a code means."""

from __future__ import annotations

import click

from mipsdsl.cli import exits, forms, policies


@click.command(name="explain-code")
@click.argument("code", required=False)
@forms.shown_as("text", "json")
def command(code: str | None, form: str) -> None:
    """Say what a CODE of a finding or of a rejected row means; without one, list all."""
    titles = _titles()
    if code is None:
        if form == "json":
            click.echo(policies.envelope("codes", {"codes": titles}))
            return
        for each, title in titles.items():
            click.echo(f"{each}  {title}")
        return
    wanted = code.upper()
    if wanted not in titles:
        from difflib import get_close_matches

        near = get_close_matches(wanted, titles, n=3, cutoff=0.5)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise exits.Stop(f"there is no code {code}{hint}")
    text = _page(wanted)
    if form == "json":
        content = {"code": wanted, "title": titles[wanted], "text": text}
        click.echo(policies.envelope("code", content))
    else:
        click.echo(text)


def _titles() -> dict[str, str]:
    from mipsdsl.data.codes import PAGES
    from mipsdsl.diagnostics.codes import ENTRIES

    of_policies = {code: entry.title for code, entry in ENTRIES.items()}
    return {**of_policies, **{code: page.title for code, page in PAGES.items()}}


def _page(code: str) -> str:
    from textwrap import fill

    from mipsdsl.data.codes import PAGES
    from mipsdsl.diagnostics.codes import page

    if code not in PAGES:
        return page(code).rstrip("\n")
    found = PAGES[code]
    return "\n\n".join([
        f"{found.code}: {found.title}",
        fill(found.meaning, width=88),
        fill(f"What to do: {found.advice}", width=88),
    ])  # fmt: skip
