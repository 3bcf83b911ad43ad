internal import Surface

/// How the networks are built, and where their first values come from.
enum ModelRecipes {
  static var all: [String: Recipe] {
    [
      "vgg19": vgg("2, 2, 4, 4, 4", "20,024,384"), "vgg16": vgg("2, 2, 3, 3, 3", "14,714,688"),
      "squeezenet": Recipe(
        """
        One convolution, then fire modules: 1×1 to few channels, of these 1×1 and 3×3 side by side. Features by
        name: conv1, relu1, pool1, fire2 … fire9, poolings after 1, 4 and 8 (1.0) or 1, 3 and 5 (1.1), drop9,
        conv10, relu10, pool10. Sizes round up at poolings. 1,248,424 numbers (1.0), 1,235,496 (1.1); names as
        torchvision's. First values are those of torchvision.models.squeezenet1_0() after
        torch.manual_seed(seed). Input as for torchvision: RGB 0 to 1, minus (0.485, 0.456, 0.406), by
        (0.229, 0.224, 0.225).
        """,
        related: ["models.vgg19", "layer:features"]),
      "johnson": Recipe(
        """
        9×9 convolution to 32 channels, 3×3 by steps of 2 to 64 and 128, five residual blocks, twice an
        enlargement by 2 (nearest) and a 3×3 convolution, 9×9 to 3 channels; borders mirrored, each convolution
        but the last followed by instance norm and ReLU, nothing limits the result. Against the paper: mirrored
        borders, instance norm (Ulyanov et al. 2016) and enlargement before a convolution, as PyTorch's
        examples. Sizes are rounded up to multiples of 4. Features: conv1, in1, relu1, …, res1 … res5, deconv1,
        in4, relu4, …, deconv3. First values are PyTorch's after torch.manual_seed(seed).
        """,
        related: ["nn.instance_norm", "models.vgg16"]),
      "revresnet": Recipe(
        """
        The state is two halves, at first the picture with 13 channels of zeros, and zeros. A block:
        (x1, x2) → (S(x2), F(x2) + S(x1)), which is undone by x2 = S⁻¹(a), x1 = S⁻¹(b − F(x2)). F: three 3×3
        convolutions over mirrored borders, a quarter of the channels between them. 3 × 10 blocks of 16, 64 and
        256 channels; S moves 2×2 places into channels in the first block of the second and third ten (all
        channels of a place together). Two blocks more refine, then channels are spread out to places: twice
        (photo) or once (art). 4,089,936 numbers in both modes. Height and width must be multiples of 4. The
        inverse is exact but for rounding. First values are PyTorch's after torch.manual_seed(seed), biases 0.
        """,
        related: ["layer:inverse"]),
      "unet_resblock": Recipe(
        """
        y = conv(SiLU(GN(x))) + linear(SiLU(time)); x + conv(SiLU(GN(y))), x through a 1×1 convolution where the
        channels change. 32 groups, eps 1e-5. Names as in diffusers; first values are PyTorch's after
        torch.manual_seed(seed).
        """,
        related: ["models.unet_transformer", "nn.group_norm"]),
      "unet_transformer": Recipe(
        """
        GN (eps 1e-6), 1×1 convolution, places as tokens; t + attention(LN(t)), t + attention(LN(t), context),
        t + W(a·gelu(g)) with (a, g) a linear map of LN(t) to 2·4·C; back to a picture, 1×1 convolution, + x.
        Heads of C/heads channels, scale 1/√(C/heads). Names as in diffusers; first values are PyTorch's after
        torch.manual_seed(seed).
        """,
        related: ["models.unet_resblock", "nn.attention"]),
    ]
  }

  private static func vgg(_ blocks: String, _ count: String) -> Recipe {
    Recipe(
      """
      Blocks of \(blocks) 3×3 convolutions to 64, 128, 256, 512 and 512 channels, each with ReLU, a
      pooling by 2 after each block. Features by name: conv1_1, relu1_1, conv1_2, relu1_2, pool1, …, pool5; with
      the classifier avgpool, flatten, fc6, relu6, drop6, fc7, relu7, drop7, fc8. \(count) numbers without the
      classifier. net(x) runs to pool5, or to fc8. Names in state_dict as torchvision's. First values are
      PyTorch's defaults in the order of the layers after torch.manual_seed(seed), which torchvision makes with
      init_weights = False (its own rule, which draws for all layers twice, is not followed). What colours must
      be depends on the weights; torchvision's: RGB 0 to 1, minus (0.485, 0.456, 0.406), by
      (0.229, 0.224, 0.225).
      """,
      related: ["layer:features", "nn.gram", "models.squeezenet"])
  }
}
