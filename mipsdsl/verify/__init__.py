"""Questions about a program, proved or refuted by the solver, and each refutation replayed."""
