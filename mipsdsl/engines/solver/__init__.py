"""The core as bounded linear whole-number arithmetic for Z3; needs the extra ``verify``."""
