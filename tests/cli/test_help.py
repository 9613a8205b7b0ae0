"""What ``--help`` says: every option says what it does, and no line of a list is cut off."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from mipsdsl.cli.main import cli


def commands(group: click.Group, within: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Give the commands of ``group``, and of the groups in it, each as it is called."""
    for name in group.list_commands(within):
        found = group.get_command(within, name)
        assert found is not None
        here = click.Context(found, parent=within, info_name=name)
        yield here.command_path, found
        if isinstance(found, click.Group):
            yield from commands(found, here)


ALL = dict(commands(cli, click.Context(cli, info_name="mips")))


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_does(name: str) -> None:
    options = [each for each in ALL[name].params if isinstance(each, click.Option)]

    assert [] == [each.opts for each in options if not each.help]


def test_no_line_of_a_list_of_commands_is_cut_off() -> None:
    listed = [name for name in ALL if name.count(" ") > 1]  # those of `mips` have their own lines

    assert [] == [name for name in listed if ALL[name].get_short_help_str(60).endswith("...")]
