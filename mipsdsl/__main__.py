"""``python -m mipsdsl`` is ``mips``."""

from mipsdsl.cli.main import main

if __name__ == "__main__":
    main()
