package io.muster.kql.function.scalar;

import java.util.Map;
import java.util.OptionalDouble;

/// Units of measure by name, each as a multiple of its kind's base unit.
final class Units {
    private Units() {}

    static final Map<String, Double> LENGTH =
            Map.ofEntries(
                    Map.entry("Angstrom", 1e-10),
                    Map.entry("AstronomicalUnit", 149597870700.0),
                    Map.entry("Centimeter", 1e-2),
                    Map.entry("Chain", 20.1168),
                    Map.entry("DataMile", 1828.8),
                    Map.entry("Decameter", 10.0),
                    Map.entry("Decimeter", 0.1),
                    Map.entry("Fathom", 1.8288),
                    Map.entry("Foot", 0.3048),
                    Map.entry("Hand", 0.1016),
                    Map.entry("Hectometer", 100.0),
                    Map.entry("Inch", 0.0254),
                    Map.entry("Kilometer", 1000.0),
                    Map.entry("LightYear", 9.4607304725808e15),
                    Map.entry("Meter", 1.0),
                    Map.entry("Microinch", 2.54e-8),
                    Map.entry("Micrometer", 1e-6),
                    Map.entry("Mil", 2.54e-5),
                    Map.entry("Mile", 1609.344),
                    Map.entry("Millimeter", 1e-3),
                    Map.entry("Nanometer", 1e-9),
                    Map.entry("NauticalMile", 1852.0),
                    Map.entry("Parsec", 3.085677581491367e16),
                    Map.entry("Shackle", 27.432),
                    Map.entry("Yard", 0.9144));
    static final Map<String, Double> MASS =
            Map.ofEntries(
                    Map.entry("Centigram", 1e-5),
                    Map.entry("Decagram", 1e-2),
                    Map.entry("Decigram", 1e-4),
                    Map.entry("Grain", 6.479891e-5),
                    Map.entry("Gram", 1e-3),
                    Map.entry("Hectogram", 0.1),
                    Map.entry("Kilogram", 1.0),
                    Map.entry("Kilotonne", 1e6),
                    Map.entry("LongTon", 1016.0469088),
                    Map.entry("Megatonne", 1e9),
                    Map.entry("Microgram", 1e-9),
                    Map.entry("Milligram", 1e-6),
                    Map.entry("Nanogram", 1e-12),
                    Map.entry("Ounce", 0.028349523125),
                    Map.entry("Pound", 0.45359237),
                    Map.entry("ShortTon", 907.18474),
                    Map.entry("Stone", 6.35029318),
                    Map.entry("Tonne", 1000.0));
    static final Map<String, Double> SPEED =
            Map.ofEntries(
                    Map.entry("CentimeterPerSecond", 1e-2),
                    Map.entry("FootPerSecond", 0.3048),
                    Map.entry("KilometerPerHour", 1 / 3.6),
                    Map.entry("KilometerPerSecond", 1000.0),
                    Map.entry("Knot", 1852 / 3600.0),
                    Map.entry("MeterPerHour", 1 / 3600.0),
                    Map.entry("MeterPerMinute", 1 / 60.0),
                    Map.entry("MeterPerSecond", 1.0),
                    Map.entry("MilePerHour", 0.44704),
                    Map.entry("YardPerSecond", 0.9144));
    static final Map<String, Double> VOLUME =
            Map.ofEntries(
                    Map.entry("Centiliter", 1e-5),
                    Map.entry("CubicCentimeter", 1e-6),
                    Map.entry("CubicFoot", 0.028316846592),
                    Map.entry("CubicInch", 1.6387064e-5),
                    Map.entry("CubicKilometer", 1e9),
                    Map.entry("CubicMeter", 1.0),
                    Map.entry("CubicMillimeter", 1e-9),
                    Map.entry("CubicYard", 0.764554857984),
                    Map.entry("Deciliter", 1e-4),
                    Map.entry("Hectoliter", 0.1),
                    Map.entry("ImperialGallon", 0.00454609),
                    Map.entry("Liter", 1e-3),
                    Map.entry("Milliliter", 1e-6),
                    Map.entry("OilBarrel", 0.158987294928),
                    Map.entry("UsGallon", 0.003785411784),
                    Map.entry("UsOunce", 2.95735295625e-5),
                    Map.entry("UsPint", 4.73176473e-4),
                    Map.entry("UsQuart", 9.46352946e-4));
    static final Map<String, Double> ENERGY =
            Map.ofEntries(
                    Map.entry("BritishThermalUnit", 1055.05585262),
                    Map.entry("Calorie", 4.184),
                    Map.entry("ElectronVolt", 1.602176634e-19),
                    Map.entry("Erg", 1e-7),
                    Map.entry("FootPound", 1.35581794833140),
                    Map.entry("GigawattHour", 3.6e12),
                    Map.entry("Joule", 1.0),
                    Map.entry("Kilocalorie", 4184.0),
                    Map.entry("Kilojoule", 1000.0),
                    Map.entry("KilowattHour", 3.6e6),
                    Map.entry("Megajoule", 1e6),
                    Map.entry("MegawattHour", 3.6e9),
                    Map.entry("WattHour", 3600.0));
    static final Map<String, Double> FORCE =
            Map.ofEntries(
                    Map.entry("Decanewton", 10.0),
                    Map.entry("Dyn", 1e-5),
                    Map.entry("KilogramForce", 9.80665),
                    Map.entry("Kilonewton", 1000.0),
                    Map.entry("KiloPond", 9.80665),
                    Map.entry("Meganewton", 1e6),
                    Map.entry("Micronewton", 1e-6),
                    Map.entry("Millinewton", 1e-3),
                    Map.entry("Newton", 1.0),
                    Map.entry("OunceForce", 0.278013850953781),
                    Map.entry("Poundal", 0.138254954376),
                    Map.entry("PoundForce", 4.4482216152605),
                    Map.entry("ShortTonForce", 8896.443230521),
                    Map.entry("TonneForce", 9806.65));
    static final Map<String, Double> ANGLE =
            Map.ofEntries(
                    Map.entry("Arcminute", 1 / 60.0),
                    Map.entry("Arcsecond", 1 / 3600.0),
                    Map.entry("Centiradian", 1.8 / Math.PI),
                    Map.entry("Deciradian", 18 / Math.PI),
                    Map.entry("Degree", 1.0),
                    Map.entry("Gradian", 0.9),
                    Map.entry("Microdegree", 1e-6),
                    Map.entry("Microradian", 1.8e-4 / Math.PI),
                    Map.entry("Millidegree", 1e-3),
                    Map.entry("Milliradian", 0.18 / Math.PI),
                    Map.entry("Nanodegree", 1e-9),
                    Map.entry("Radian", 180 / Math.PI),
                    Map.entry("Revolution", 360.0),
                    Map.entry("Tilt", 90.0));

    /// By way of kelvins; empty for an unknown unit.
    static OptionalDouble temperature(double value, String from, String to) {
        Double kelvin =
                switch (from) {
                    case "Kelvin" -> value;
                    case "DegreeCelsius" -> value + 273.15;
                    case "DegreeFahrenheit" -> (value + 459.67) * 5 / 9;
                    case "DegreeRankine" -> value * 5 / 9;
                    case "DegreeDelisle" -> 373.15 - value * 2 / 3;
                    case "DegreeNewton" -> value * 100 / 33 + 273.15;
                    case "DegreeReaumur" -> value * 5 / 4 + 273.15;
                    case "DegreeRoemer" -> (value - 7.5) * 40 / 21 + 273.15;
                    case "MillidegreeCelsius" -> value / 1000 + 273.15;
                    default -> null;
                };
        if (kelvin == null) {
            return OptionalDouble.empty();
        }
        return switch (to) {
            case "Kelvin" -> OptionalDouble.of(kelvin);
            case "DegreeCelsius" -> OptionalDouble.of(kelvin - 273.15);
            case "DegreeFahrenheit" -> OptionalDouble.of(kelvin * 9 / 5 - 459.67);
            case "DegreeRankine" -> OptionalDouble.of(kelvin * 9 / 5);
            case "DegreeDelisle" -> OptionalDouble.of((373.15 - kelvin) * 3 / 2);
            case "DegreeNewton" -> OptionalDouble.of((kelvin - 273.15) * 33 / 100);
            case "DegreeReaumur" -> OptionalDouble.of((kelvin - 273.15) * 4 / 5);
            case "DegreeRoemer" -> OptionalDouble.of((kelvin - 273.15) * 21 / 40 + 7.5);
            case "MillidegreeCelsius" -> OptionalDouble.of((kelvin - 273.15) * 1000);
            default -> OptionalDouble.empty();
        };
    }
}
