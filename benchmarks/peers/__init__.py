"""The record phase of the work as others would write it, each in its own manner.

Every peer takes the columns of ``many.doubles`` (or what it makes of them before the clock starts) and
returns the twelve outputs of the record phase as columns of its own. Doubles are guarded: a half up is
``floor(100 x + 0.5 + 1e-7) / 100``, and ``100 - rate`` is rounded to hundredths again.
"""
