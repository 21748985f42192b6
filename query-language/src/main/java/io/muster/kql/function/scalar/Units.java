package io.muster.kql.function.scalar;

import java.util.Map;
import java.util.OptionalDouble;

/// Units of measure by name, each as a multiple of its kind's base unit.
final class Units {
    /// Of the sun's surface, in kelvins.
    private static final double SOLAR_TEMPERATURE = 5778;

    /// An angle by its sine: the one unit here that is no multiple of another.
    static final String TILT = "Tilt";

    private Units() {}

    static double ofTilt(double sine) {
        return Math.toDegrees(Math.asin(sine));
    }

    static double toTilt(double degrees) {
        return Math.sin(Math.toRadians(degrees));
    }

    static final Map<String, Double> LENGTH =
            Map.ofEntries(
                    Map.entry("Angstrom", 1e-10),
                    Map.entry("AstronomicalUnit", 149597870700.0),
                    Map.entry("Centimeter", 1e-2),
                    Map.entry("Chain", 20.1168),
                    Map.entry("DataMile", 1828.8),
                    Map.entry("Decameter", 10.0),
                    Map.entry("Decimeter", 0.1),
                    Map.entry("DtpPica", 0.0254 / 6),
                    Map.entry("DtpPoint", 0.0254 / 72),
                    Map.entry("Fathom", 1.8288),
                    Map.entry("Foot", 0.3048),
                    Map.entry("Hand", 0.1016),
                    Map.entry("Hectometer", 100.0),
                    Map.entry("Inch", 0.0254),
                    Map.entry("KilolightYear", 9.4607304725808e18),
                    Map.entry("Kilometer", 1000.0),
                    Map.entry("Kiloparsec", 3.085677581491367e19),
                    Map.entry("LightYear", 9.4607304725808e15),
                    Map.entry("MegalightYear", 9.4607304725808e21),
                    Map.entry("Megaparsec", 3.085677581491367e22),
                    Map.entry("Meter", 1.0),
                    Map.entry("Microinch", 2.54e-8),
                    Map.entry("Micrometer", 1e-6),
                    Map.entry("Mil", 2.54e-5),
                    Map.entry("Mile", 1609.344),
                    Map.entry("Millimeter", 1e-3),
                    Map.entry("Nanometer", 1e-9),
                    Map.entry("NauticalMile", 1852.0),
                    Map.entry("Parsec", 3.085677581491367e16),
                    Map.entry("PrinterPica", 0.0254 * 12 / 72.27),
                    Map.entry("PrinterPoint", 0.0254 / 72.27),
                    Map.entry("Shackle", 27.432),
                    Map.entry("SolarRadius", 6.9551e8),
                    Map.entry("Twip", 0.0254 / 1440),
                    Map.entry("UsSurveyFoot", 1200 / 3937.0),
                    Map.entry("Yard", 0.9144));
    static final Map<String, Double> MASS =
            Map.ofEntries(
                    Map.entry("Centigram", 1e-5),
                    Map.entry("Decagram", 1e-2),
                    Map.entry("Decigram", 1e-4),
                    Map.entry("EarthMass", 5.9722e24),
                    Map.entry("Grain", 6.479891e-5),
                    Map.entry("Gram", 1e-3),
                    Map.entry("Hectogram", 0.1),
                    Map.entry("Kilogram", 1.0),
                    Map.entry("Kilopound", 453.59237),
                    Map.entry("Kilotonne", 1e6),
                    Map.entry("LongHundredweight", 50.80234544),
                    Map.entry("LongTon", 1016.0469088),
                    Map.entry("Megapound", 453592.37),
                    Map.entry("Megatonne", 1e9),
                    Map.entry("Microgram", 1e-9),
                    Map.entry("Milligram", 1e-6),
                    Map.entry("Nanogram", 1e-12),
                    Map.entry("Ounce", 0.028349523125),
                    Map.entry("Pound", 0.45359237),
                    Map.entry("ShortHundredweight", 45.359237),
                    Map.entry("ShortTon", 907.18474),
                    Map.entry("Slug", 14.59390293720636),
                    Map.entry("SolarMass", 1.98947e30),
                    Map.entry("Stone", 6.35029318),
                    Map.entry("Tonne", 1000.0));
    static final Map<String, Double> SPEED =
            Map.ofEntries(
                    Map.entry("CentimeterPerHour", 1e-2 / 3600),
                    Map.entry("CentimeterPerMinute", 1e-2 / 60),
                    Map.entry("CentimeterPerSecond", 1e-2),
                    Map.entry("DecimeterPerMinute", 0.1 / 60),
                    Map.entry("DecimeterPerSecond", 0.1),
                    Map.entry("FootPerHour", 0.3048 / 3600),
                    Map.entry("FootPerMinute", 0.3048 / 60),
                    Map.entry("FootPerSecond", 0.3048),
                    Map.entry("InchPerHour", 0.0254 / 3600),
                    Map.entry("InchPerMinute", 0.0254 / 60),
                    Map.entry("InchPerSecond", 0.0254),
                    Map.entry("KilometerPerHour", 1000.0 / 3600),
                    Map.entry("KilometerPerMinute", 1000.0 / 60),
                    Map.entry("KilometerPerSecond", 1000.0),
                    Map.entry("Knot", 1852 / 3600.0),
                    Map.entry("MeterPerHour", 1.0 / 3600),
                    Map.entry("MeterPerMinute", 1.0 / 60),
                    Map.entry("MeterPerSecond", 1.0),
                    Map.entry("MicrometerPerMinute", 1e-6 / 60),
                    Map.entry("MicrometerPerSecond", 1e-6),
                    Map.entry("MilePerHour", 0.44704),
                    Map.entry("MillimeterPerHour", 1e-3 / 3600),
                    Map.entry("MillimeterPerMinute", 1e-3 / 60),
                    Map.entry("MillimeterPerSecond", 1e-3),
                    Map.entry("NanometerPerMinute", 1e-9 / 60),
                    Map.entry("NanometerPerSecond", 1e-9),
                    Map.entry("UsSurveyFootPerHour", 1200 / 3937.0 / 3600),
                    Map.entry("UsSurveyFootPerMinute", 1200 / 3937.0 / 60),
                    Map.entry("UsSurveyFootPerSecond", 1200 / 3937.0),
                    Map.entry("YardPerHour", 0.9144 / 3600),
                    Map.entry("YardPerMinute", 0.9144 / 60),
                    Map.entry("YardPerSecond", 0.9144));
    static final Map<String, Double> VOLUME =
            Map.ofEntries(
                    Map.entry("AcreFoot", 1 / 0.000810714),
                    Map.entry("AuTablespoon", 2e-5),
                    Map.entry("BoardFoot", 0.028316846592 / 12),
                    Map.entry("Centiliter", 1e-5),
                    Map.entry("CubicCentimeter", 1e-6),
                    Map.entry("CubicDecimeter", 1e-3),
                    Map.entry("CubicFoot", 0.028316846592),
                    Map.entry("CubicHectometer", 1e6),
                    Map.entry("CubicInch", 1.6387064e-5),
                    Map.entry("CubicKilometer", 1e9),
                    Map.entry("CubicMeter", 1.0),
                    Map.entry("CubicMicrometer", 1e-18),
                    Map.entry("CubicMile", 4.168181825440580e9),
                    Map.entry("CubicMillimeter", 1e-9),
                    Map.entry("CubicYard", 0.764554857984),
                    Map.entry("Decaliter", 1e-2),
                    Map.entry("DecausGallon", 0.03785411784),
                    Map.entry("Deciliter", 1e-4),
                    Map.entry("DeciusGallon", 3.785411784e-4),
                    Map.entry("HectocubicFoot", 2.8316846592),
                    Map.entry("HectocubicMeter", 100.0),
                    Map.entry("Hectoliter", 0.1),
                    Map.entry("HectousGallon", 0.3785411784),
                    Map.entry("ImperialBeerBarrel", 0.16365924),
                    Map.entry("ImperialGallon", 0.00454609),
                    Map.entry("ImperialOunce", 2.84130625e-5),
                    Map.entry("ImperialPint", 5.6826125e-4),
                    Map.entry("KilocubicFoot", 28.316846592),
                    Map.entry("KilocubicMeter", 1000.0),
                    Map.entry("KiloimperialGallon", 4.54609),
                    Map.entry("Kiloliter", 1.0),
                    Map.entry("KilousGallon", 3.785411784),
                    Map.entry("Liter", 1e-3),
                    Map.entry("MegacubicFoot", 28316.846592),
                    Map.entry("MegaimperialGallon", 4546.09),
                    Map.entry("Megaliter", 1000.0),
                    Map.entry("MegausGallon", 3785.411784),
                    Map.entry("MetricCup", 2.5e-4),
                    Map.entry("MetricTeaspoon", 5e-6),
                    Map.entry("Microliter", 1e-9),
                    Map.entry("Milliliter", 1e-6),
                    Map.entry("OilBarrel", 0.158987294928),
                    Map.entry("UkTablespoon", 1.5e-5),
                    Map.entry("UsBeerBarrel", 0.117347765304),
                    Map.entry("UsCustomaryCup", 2.365882365e-4),
                    Map.entry("UsGallon", 0.003785411784),
                    Map.entry("UsLegalCup", 2.4e-4),
                    Map.entry("UsOunce", 2.95735295625e-5),
                    Map.entry("UsPint", 4.73176473e-4),
                    Map.entry("UsQuart", 9.46352946e-4),
                    Map.entry("UsTablespoon", 1.478676478125e-5),
                    Map.entry("UsTeaspoon", 4.92892159375e-6));
    static final Map<String, Double> ENERGY =
            Map.ofEntries(
                    Map.entry("BritishThermalUnit", 1055.05585262),
                    Map.entry("Calorie", 4.184),
                    Map.entry("DecathermEc", 1.05505585262e9),
                    Map.entry("DecathermImperial", 1.05505585257348e9),
                    Map.entry("DecathermUs", 1.054804e9),
                    Map.entry("ElectronVolt", 1.602176634e-19),
                    Map.entry("Erg", 1e-7),
                    Map.entry("FootPound", 1.35581794833140),
                    Map.entry("GigabritishThermalUnit", 1.05505585262e12),
                    Map.entry("GigaelectronVolt", 1.602176634e-10),
                    Map.entry("Gigajoule", 1e9),
                    Map.entry("GigawattDay", 8.64e13),
                    Map.entry("GigawattHour", 3.6e12),
                    Map.entry("HorsepowerHour", 2684519.53769617),
                    Map.entry("Joule", 1.0),
                    Map.entry("KilobritishThermalUnit", 1055055.85262),
                    Map.entry("Kilocalorie", 4184.0),
                    Map.entry("KiloelectronVolt", 1.602176634e-16),
                    Map.entry("Kilojoule", 1000.0),
                    Map.entry("KilowattDay", 8.64e7),
                    Map.entry("KilowattHour", 3.6e6),
                    Map.entry("MegabritishThermalUnit", 1.05505585262e9),
                    Map.entry("Megacalorie", 4.184e6),
                    Map.entry("MegaelectronVolt", 1.602176634e-13),
                    Map.entry("Megajoule", 1e6),
                    Map.entry("MegawattDay", 8.64e10),
                    Map.entry("MegawattHour", 3.6e9),
                    Map.entry("Millijoule", 1e-3),
                    Map.entry("TeraelectronVolt", 1.602176634e-7),
                    Map.entry("TerawattDay", 8.64e16),
                    Map.entry("TerawattHour", 3.6e15),
                    Map.entry("ThermEc", 1.05505585262e8),
                    Map.entry("ThermImperial", 1.05505585257348e8),
                    Map.entry("ThermUs", 1.054804e8),
                    Map.entry("WattDay", 86400.0),
                    Map.entry("WattHour", 3600.0));
    static final Map<String, Double> FORCE =
            Map.ofEntries(
                    Map.entry("Decanewton", 10.0),
                    Map.entry("Dyn", 1e-5),
                    Map.entry("KiloPond", 9.80665),
                    Map.entry("KilogramForce", 9.80665),
                    Map.entry("Kilonewton", 1000.0),
                    Map.entry("KilopoundForce", 4448.2216152605),
                    Map.entry("Meganewton", 1e6),
                    Map.entry("Micronewton", 1e-6),
                    Map.entry("Millinewton", 1e-3),
                    Map.entry("Newton", 1.0),
                    Map.entry("OunceForce", 0.278013850953781),
                    Map.entry("PoundForce", 4.4482216152605),
                    Map.entry("Poundal", 0.138254954376),
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
                    Map.entry("Nanoradian", 1.8e-7 / Math.PI),
                    Map.entry("NatoMil", 360 / 6400.0),
                    Map.entry("Radian", 180 / Math.PI),
                    Map.entry("Revolution", 360.0),
                    Map.entry(TILT, 1.0));

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
                    case "SolarTemperature" -> value * SOLAR_TEMPERATURE;
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
            case "SolarTemperature" -> OptionalDouble.of(kelvin / SOLAR_TEMPERATURE);
            default -> OptionalDouble.empty();
        };
    }
}
