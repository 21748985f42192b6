package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.List;

/// Places on the sphere: longitudes and latitudes in degrees, lengths in metres, edges along great circles. What is no place gives null.
final class GeoFunctions {
    private static final double RADIUS = 6_371_010;
    private static final String DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int MAX_DIGITS = 18;

    private GeoFunctions() {}

    static FunctionFamily family() {
        return new FunctionFamily(
                "Places",
                List.of(
                        ScalarFunction.of(
                                "geo_distance_2points",
                                "(longitude1: real, latitude1: real, longitude2: real, latitude2: real): real",
                                Kernels.perRow((v, c) ->
                                        arePlaces(v, 2)
                                                ? Dynamic.of(
                                                        distance(
                                                                d(v, 0), d(v, 1), d(v, 2), d(v, 3)))
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "geo_azimuth",
                                "(longitude1: real, latitude1: real, longitude2: real, latitude2: real): real",
                                Kernels.perRow((v, c) ->
                                        arePlaces(v, 2)
                                                ? Dynamic.of(
                                                        turn(
                                                                azimuth(
                                                                        d(v, 0), d(v, 1), d(v, 2),
                                                                        d(v, 3))))
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "geo_angle",
                                "(longitude1: real, latitude1: real, longitude2: real, latitude2: real, longitude3: real, latitude3: real): real",
                                Kernels.perRow((v, c) ->
                                        arePlaces(v, 3)
                                                ? Dynamic.of(
                                                        turn(
                                                                azimuth(
                                                                                d(v, 2), d(v, 3),
                                                                                d(v, 4), d(v, 5))
                                                                        - azimuth(
                                                                                d(v, 2), d(v, 3),
                                                                                d(v, 0), d(v, 1))))
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "geo_point_in_circle",
                                "(longitude: real, latitude: real, center_longitude: real, center_latitude: real, radius: real): bool",
                                Kernels.perRow((v, c) ->
                                        arePlaces(v, 2) && d(v, 4) >= 0
                                                ? Dynamic.of(
                                                        distance(d(v, 0), d(v, 1), d(v, 2), d(v, 3))
                                                                <= d(v, 4))
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "geo_line_length",
                                "(line: dynamic): real",
                                Kernels.perRow((v, c) -> lineLength(v[0]))),
                        ScalarFunction.of(
                                "geo_point_to_geohash",
                                "(longitude: real, latitude: real, accuracy?: long): string",
                                Kernels.perRow((v, c) -> geohash(v))),
                        ScalarFunction.of(
                                "geo_geohash_to_central_point",
                                "(geohash: string): dynamic",
                                Kernels.perRow((v, c) -> centralPoint(v[0].textOr(""))))));
    }

    private static double d(Dynamic[] values, int index) {
        return Columns.doubleOf(values[index]);
    }

    /// The first values are pairs of a longitude and a latitude.
    private static boolean arePlaces(Dynamic[] values, int count) {
        for (int i = 0; i < 2 * count; i += 2) {
            if (!isPlace(d(values, i), d(values, i + 1))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlace(double longitude, double latitude) {
        return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
    }

    private static double[] vector(double longitude, double latitude) {
        double lambda = Math.toRadians(longitude);
        double phi = Math.toRadians(latitude);
        return new double[] {
            Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)
        };
    }

    /// By the angle of the two vectors, which is exact for near and for far places.
    private static double distance(double lon1, double lat1, double lon2, double lat2) {
        double[] a = vector(lon1, lat1);
        double[] b = vector(lon2, lat2);
        double x = a[1] * b[2] - a[2] * b[1];
        double y = a[2] * b[0] - a[0] * b[2];
        double z = a[0] * b[1] - a[1] * b[0];
        double dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        return RADIUS * Math.atan2(Math.sqrt(x * x + y * y + z * z), dot);
    }

    private static double azimuth(double lon1, double lat1, double lon2, double lat2) {
        double phi1 = Math.toRadians(lat1);
        double phi2 = Math.toRadians(lat2);
        double lambda = Math.toRadians(lon2 - lon1);
        return Math.atan2(
                Math.sin(lambda) * Math.cos(phi2),
                Math.cos(phi1) * Math.sin(phi2)
                        - Math.sin(phi1) * Math.cos(phi2) * Math.cos(lambda));
    }

    /// Clockwise, from 0 to a whole turn.
    private static double turn(double angle) {
        double whole = 2 * Math.PI;
        return ((angle % whole) + whole) % whole;
    }

    private static Dynamic lineLength(Dynamic line) {
        var coordinates = line.get("coordinates");
        return switch (line.get("type").textOr("")) {
            case "LineString" -> length(List.of(coordinates));
            case "MultiLineString" -> length(coordinates.items());
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic length(List<Dynamic> lines) {
        double sum = 0;
        for (var line : lines) {
            var places = line.items();
            if (places.size() < 2) {
                return Dynamic.NULL;
            }
            for (int i = 0; i < places.size(); i++) {
                double longitude = Columns.doubleOf(places.get(i).get(0));
                double latitude = Columns.doubleOf(places.get(i).get(1));
                if (places.get(i).items().size() < 2 || !isPlace(longitude, latitude)) {
                    return Dynamic.NULL;
                }
                if (i > 0) {
                    sum +=
                            distance(
                                    Columns.doubleOf(places.get(i - 1).get(0)),
                                    Columns.doubleOf(places.get(i - 1).get(1)),
                                    longitude,
                                    latitude);
                }
            }
        }
        return lines.isEmpty() ? Dynamic.NULL : Dynamic.of(sum);
    }

    /// Digits of five bits each, of which longitude and latitude are halved in turn.
    private static Dynamic geohash(Dynamic[] v) {
        long accuracy = v.length > 2 ? Columns.longOf(v[2]) : 5;
        if (!arePlaces(v, 1) || accuracy < 1 || accuracy > MAX_DIGITS) {
            return Dynamic.of("");
        }
        double[][] bounds = {{-180, 180}, {-90, 90}};
        var out = new StringBuilder();
        int digit = 0;
        for (int bit = 0; bit < 5 * accuracy; bit++) {
            double[] side = bounds[bit & 1];
            double middle = (side[0] + side[1]) / 2;
            boolean upper = d(v, bit & 1) >= middle;
            side[upper ? 0 : 1] = middle;
            digit = digit << 1 | (upper ? 1 : 0);
            if (bit % 5 == 4) {
                out.append(DIGITS.charAt(digit));
                digit = 0;
            }
        }
        return Dynamic.of(out.toString());
    }

    private static Dynamic centralPoint(String geohash) {
        if (geohash.isEmpty() || geohash.length() > MAX_DIGITS) {
            return Dynamic.NULL;
        }
        double[][] bounds = {{-180, 180}, {-90, 90}};
        for (int bit = 0; bit < 5 * geohash.length(); bit++) {
            int digit = DIGITS.indexOf(geohash.charAt(bit / 5));
            if (digit < 0) {
                return Dynamic.NULL;
            }
            double[] side = bounds[bit & 1];
            boolean upper = (digit >> (4 - bit % 5) & 1) == 1;
            side[upper ? 0 : 1] = (side[0] + side[1]) / 2;
        }
        var place = new ArrayList<Dynamic>();
        for (double[] side : bounds) {
            place.add(Dynamic.of((side[0] + side[1]) / 2));
        }
        return Dynamic.bag()
                .put("type", "Point")
                .put("coordinates", new Dynamic.Array(place))
                .build();
    }
}
