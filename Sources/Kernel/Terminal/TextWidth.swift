/// How many columns text takes in a terminal.
public enum TextWidth {
}
