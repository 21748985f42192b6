package io.muster.kql.function.scalar;

/// Special functions and distributions. Accurate to about 1e-10.
final class Distributions {
    private static final double[] LANCZOS = {
        0.9999999999998099,
        676.5203681218851,
        -1259.1392167224028,
        771.3234287776531,
        -176.6150291621406,
        12.507343278686905,
        -0.13857109526572012,
        9.984369578019572e-6,
        1.5056327351493116e-7
    };

    private Distributions() {}

    static double logGamma(double x) {
        if (x <= 0 && x == Math.rint(x)) {
            // A pole; the sine of a multiple of pi comes out a little off zero.
            return Double.POSITIVE_INFINITY;
        }
        if (x < 0.5) {
            return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
        }
        double y = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (y + i);
        }
        double t = y + 7.5;
        return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
    }

    static double gamma(double x) {
        if (x == Math.rint(x) && x < 0) {
            return Double.NaN;
        }
        if (x == Math.rint(x) && x > 0 && x < 172) {
            double product = 1;
            for (int i = 2; i < x; i++) {
                product *= i;
            }
            return product;
        }
        if (x < 0.5) {
            return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
        }
        return Math.exp(logGamma(x));
    }

    static double betaPdf(double x, double a, double b) {
        if (a <= 0 || b <= 0 || x <= 0 || x >= 1) {
            return Double.NaN;
        }
        return Math.exp(
                (a - 1) * Math.log(x)
                        + (b - 1) * Math.log(1 - x)
                        + logGamma(a + b)
                        - logGamma(a)
                        - logGamma(b));
    }

    /// The regularised incomplete beta function, by Lentz's continued fraction.
    static double betaCdf(double x, double a, double b) {
        if (a <= 0 || b <= 0 || x < 0 || x > 1) {
            return Double.NaN;
        }
        if (x == 0 || x == 1) {
            return x;
        }
        double front =
                Math.exp(
                        logGamma(a + b)
                                - logGamma(a)
                                - logGamma(b)
                                + a * Math.log(x)
                                + b * Math.log(1 - x));
        return x < (a + 1) / (a + b + 2)
                ? front * fraction(x, a, b) / a
                : 1 - front * fraction(1 - x, b, a) / b;
    }

    private static double fraction(double x, double a, double b) {
        double tiny = 1e-300;
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1), tiny);
        double h = d;
        for (int m = 1; m < 500; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d, tiny);
            c = nonZero(1 + even / c, tiny);
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d, tiny);
            c = nonZero(1 + odd / c, tiny);
            h *= d * c;
            if (Math.abs(d * c - 1) < 1e-15) {
                break;
            }
        }
        return h;
    }

    private static double nonZero(double value, double tiny) {
        return Math.abs(value) < tiny ? tiny : value;
    }

    static double betaInverse(double p, double a, double b) {
        if (a <= 0 || b <= 0 || p < 0 || p > 1) {
            return Double.NaN;
        }
        double low = 0;
        double high = 1;
        for (int i = 0; i < 200 && high - low > 0; i++) {
            double middle = (low + high) / 2;
            if (betaCdf(middle, a, b) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /// Two-sided p-value of Welch's t-test.
    static double welch(double m1, double v1, double n1, double m2, double v2, double n2) {
        double a = v1 / n1;
        double b = v2 / n2;
        double t = (m1 - m2) / Math.sqrt(a + b);
        double freedom = (a + b) * (a + b) / (a * a / (n1 - 1) + b * b / (n2 - 1));
        return betaCdf(freedom / (freedom + t * t), freedom / 2, 0.5);
    }

    /// Series near zero, continued fraction far out.
    static double erf(double x) {
        double z = Math.abs(x);
        double result;
        if (z < 2.5) {
            double term = z;
            double sum = z;
            for (int n = 1; n < 200 && Math.abs(term) > 1e-17; n++) {
                term *= -z * z / n;
                sum += term / (2 * n + 1);
            }
            result = 2 / Math.sqrt(Math.PI) * sum;
        } else {
            double f = 0;
            for (int k = 60; k > 0; k--) {
                f = k / 2.0 / (z + f);
            }
            result = 1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + f);
        }
        return x < 0 ? -result : result;
    }
}
