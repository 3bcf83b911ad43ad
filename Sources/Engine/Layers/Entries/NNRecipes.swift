internal import Surface

/// How the published functions of `nn` work.
enum NNRecipes {
  static var all: [String: Recipe] {
    [
      "gram": Recipe(
        """
        G_cd = Σ f_c(p)·f_d(p) over all places p, for features f of a network's layer; divided by nothing,
        by H·W, or (chw) by C·H·W so that layers of all sizes weigh alike. The loss of Gatys et al. is the
        squared difference of the Gram matrices of the picture and of the style, summed over layers.
        """,
        related: ["metrics.gram_distance", "nn.mse_loss", "nn.instance_norm"]),
      "attention": Recipe(
        """
        softmax(q·kᵀ·scale + mask)·v, the softmax over the keys; scale is 1/√D unless given, D the size of
        the queries' last axis. A boolean mask says what may be seen, one of numbers is added.
        """,
        related: ["nn.linear", "nn.layer_norm"]),
      "instance_norm": Recipe(
        """
        y = (x − μ) / √(σ² + eps)·weight + bias, μ and σ² (divided by n) over the places of one channel of
        one picture. Style transfer networks use it because it takes a picture's contrast away. Giving weight
        and bias the standard deviation and mean of another picture's channels makes it AdaIN.
        """,
        related: ["nn.InstanceNorm2d", "nn.batch_norm", "nn.group_norm", "nn.layer_norm"]),
      "group_norm": Recipe(
        """
        y = (x − μ) / √(σ² + eps)·weight + bias, μ and σ² over the places of C/groups channels of one picture.
        One group is layer norm over [C, H, W]; C groups are instance norm.
        """,
        related: ["nn.GroupNorm", "nn.instance_norm", "nn.layer_norm"]),
      "batch_norm": Recipe(
        """
        y = (x − μ) / √(σ² + eps)·weight + bias, μ and σ² of a channel over all pictures and places (training),
        or the running ones (otherwise). These move by momentum towards those of each batch, σ² with n − 1.
        """,
        related: ["nn.BatchNorm2d", "nn.instance_norm", "nn.group_norm"]),
    ]
  }
}
