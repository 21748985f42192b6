package io.muster.service.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.roaringbitmap.RoaringBitmap;

/// Sets of ordinals as bytes in the database, in the portable format of Roaring bitmaps.
final class BitmapBytes {
    private BitmapBytes() {}

    static byte[] write(RoaringBitmap bitmap) {
        var compact = bitmap.clone();
        compact.runOptimize();
        var buffer = ByteBuffer.allocate(compact.serializedSizeInBytes());
        compact.serialize(buffer);
        return buffer.array();
    }

    static RoaringBitmap read(byte[] bytes) throws IOException {
        var bitmap = new RoaringBitmap();
        bitmap.deserialize(ByteBuffer.wrap(bytes));
        return bitmap;
    }
}
