internal import Surface

/// How the optimisers step; g is the gradient, x the parameter.
enum OptimRecipes {
  static var all: [String: Recipe] {
    [
      "sgd": Recipe(
        """
        g ← g + weight_decay·x
        v ← momentum·v + (1 − dampening)·g, the first v is g itself
        x ← x − lr·v, with nesterov x ← x − lr·(g + momentum·v)
        """,
        related: ["optim.adam", "optim.lbfgs", "optim.cosine_annealing_lr"]),
      "adam": Recipe(
        """
        g ← g + weight_decay·x
        m ← β1·m + (1 − β1)·g,   v ← β2·v + (1 − β2)·g²
        x ← x − lr·(m / (1 − β1ⁿ)) / (√(v / (1 − β2ⁿ)) + eps) at step n
        Each element moves by about lr, whatever the gradient's scale. amsgrad takes the largest v so far.
        """,
        related: ["optim.adamw", "optim.rmsprop", "optim.lbfgs"]),
      "adamw": Recipe(
        """
        x ← x·(1 − lr·weight_decay) first, then Adam's step with the plain gradient: the decay is not divided
        by the root of the second moment.
        """,
        related: ["optim.adam", "optim.ema"]),
      "rmsprop": Recipe(
        """
        v ← alpha·v + (1 − alpha)·g², centered: less the square of the gradient's running mean
        x ← x − lr·g / (√v + eps); with momentum the quotient is summed up: b ← momentum·b + g / (√v + eps)
        """,
        related: ["optim.adam", "optim.adagrad"]),
      "adagrad": Recipe(
        """
        s ← s + g²,   x ← x − lr / (1 + (n − 1)·lr_decay)·g / (√s + eps) at step n
        Steps only become smaller.
        """,
        related: ["optim.rmsprop", "optim.adam"]),
      "lbfgs": Recipe(
        """
        With the last steps s_i, changes of the gradient y_i and 1/ρ_i = s_iᵀ·y_i the direction d = −H·g comes
        from two loops over the history (Nocedal & Wright, algorithm 7.4); the first guess of H is
        sᵀ·y / yᵀ·y of the newest pair. Pairs with sᵀ·y ≤ 1e-10 are left out.
        x ← x + t·d: t is lr, in the very first step min(1, 1 / Σ|g|)·lr; strong_wolfe looks for a t that keeps
        1e-4 of the promised fall and leaves at most 0.9 of the slope.
        The optimiser of Gatys's picture-by-picture transfer: deterministic, few parameters, no noise.
        """,
        related: ["optim.adam", "optim.sgd"]),
    ]
  }
}
