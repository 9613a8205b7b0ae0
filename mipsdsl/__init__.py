"""mipsdsl: a policy language for the Merit-based Incentive Payment System."""
