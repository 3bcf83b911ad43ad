/// A drawing of data.
public final class Plot {
}
