package io.muster.kql.syntax;

import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.TokenSource;

/// Tokens that look up now and then while a parser goes through them: where many alternatives begin alike it reads them again and again. Confined to one thread.
final class WatchedTokens extends CommonTokenStream {
    private static final int STRIDE = 1 << 10;
    private final Runnable look;
    private int left = STRIDE;

    WatchedTokens(TokenSource source, Runnable look) {
        super(source);
        this.look = look;
    }

    @Override
    public void consume() {
        if (--left == 0) {
            left = STRIDE;
            look.run();
        }
        super.consume();
    }

    @Override
    protected int fetch(int n) {
        look.run();
        return super.fetch(n);
    }
}
