"""``mips completion``: what a shell needs to complete commands and options."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command(name="completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print what completes commands and options in a SHELL.

    \b
    bash:  mips completion bash >> ~/.bashrc
    zsh:   mips completion zsh >> ~/.zshrc
    fish:  mips completion fish > ~/.config/fish/completions/mips.fish
    """
    from click.shell_completion import get_completion_class

    from mipsdsl.cli.main import cli

    complete = get_completion_class(shell)
    assert complete is not None, "click knows these shells"
    # Bash is asked for its version in `source`, which may not be the shell that will read this.
    made = complete(cli, {}, "mips", "_MIPS_COMPLETE")
    click.echo(made.source_template % made.source_vars())
