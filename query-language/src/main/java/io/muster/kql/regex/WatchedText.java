package io.muster.kql.regex;

/// A text that looks up each time so many characters were read. Confined to one thread.
final class WatchedText implements CharSequence {
    private final String text;
    private final Runnable look;
    private final long stride;
    private long left;

    WatchedText(String text, Runnable look, long stride) {
        this.text = text;
        this.look = look;
        this.stride = stride;
        this.left = stride;
    }

    @Override
    public char charAt(int index) {
        if (--left < 0) {
            left = stride;
            look.run();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
