package io.muster.service.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpRequestWrapper;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.muster.kql.CancellationToken;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/// Notices that a client has closed its connection while it is still being answered: what is computed for it alone may end then.
final class ClientWatch implements AutoCloseable {
    private final @Nullable Channel channel;
    private final ChannelFutureListener listener;

    private ClientWatch(@Nullable Channel channel, CancellationToken departure) {
        this.channel = channel;
        this.listener = _ -> departure.cancel();
        if (channel != null) {
            channel.closeFuture().addListener(listener);
            // The server reads on demand; a close is seen by nobody who does not read.
            channel.read();
        }
    }

    /// Cancels the token when the connection closes before the watch does.
    static ClientWatch over(HttpRequest<?> request, CancellationToken departure) {
        var at = request;
        while (at instanceof HttpRequestWrapper<?> wrapper) {
            at = wrapper.getDelegate();
        }
        return new ClientWatch(
                at instanceof NettyHttpRequest<?> netty
                        ? netty.getChannelHandlerContext().channel()
                        : null,
                departure);
    }

    @Override
    public void close() {
        if (channel != null) {
            // Connections are kept alive: listeners would pile up.
            channel.closeFuture().removeListener(listener);
        }
    }
}
