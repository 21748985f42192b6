package io.muster.service.config;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.context.exceptions.BeanInstantiationException;
import io.micronaut.core.convert.ConversionService;
import io.micronaut.core.naming.NameUtils;
import io.micronaut.core.reflect.ReflectionUtils;
import io.micronaut.core.value.PropertyResolver;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The settings of our configuration records, read before a server answers. Left to themselves they are read when first needed, and one that
/// cannot be read as what it is counts as if it were not there. An empty one counts as not there.
public final class SettingsCheck {
    private static final String OURS = "io.muster.";

    /// Whatever else a switch is set to would be taken for false.
    private static final Set<String> SWITCHES =
            Set.of("true", "false", "yes", "no", "on", "off", "y", "n");

    private static final List<String> SCHEDULES =
            List.of("muster.rounds.every", "muster.compaction.every");

    private SettingsCheck() {}

    /// @throws BadSetting for the first that makes no sense
    public static void check(ApplicationContext context) {
        var groups =
                context.getBeanDefinitions(Qualifiers.byStereotype(ConfigurationProperties.class));
        for (var group : groups) {
            var type = group.getBeanType();
            if (type.isRecord() && type.getName().startsWith(OURS)) {
                String prefix = type.getAnnotation(ConfigurationProperties.class).value();
                for (var component : type.getRecordComponents()) {
                    readable(context, prefix, component);
                }
                read(context, type);
            }
        }
    }

    /// Before anything is started: Micronaut would run on without a schedule that it cannot read.
    ///
    /// @throws BadSetting for the first that is no time
    public static void checkSchedules(PropertyResolver properties) {
        for (String name : SCHEDULES) {
            var text = properties.getProperty(name, String.class).orElse("");
            if (!text.isBlank()
                    && ConversionService.SHARED
                            .convert(text, Duration.class)
                            .filter(Duration::isPositive)
                            .isEmpty()) {
                throw new BadSetting("%s cannot be '%s'".formatted(name, text));
            }
        }
    }

    private static void readable(
            ApplicationContext context, String prefix, RecordComponent component) {
        String name = prefix + "." + NameUtils.hyphenate(component.getName());
        var type = typeOf(component.getGenericType());
        var text = context.getProperty(name, String.class).orElse("");
        if (!text.isBlank() && !isReadable(text, type)) {
            throw new BadSetting("%s cannot be '%s'".formatted(name, text));
        }
    }

    /// By its text: a number that is too large for its type would be cut to what fits.
    private static boolean isReadable(String text, Class<?> type) {
        if (List.class.isAssignableFrom(type)) {
            return true;
        }
        return type == Boolean.class
                ? SWITCHES.contains(text.toLowerCase(Locale.ROOT))
                : ConversionService.SHARED.convert(text, type).isPresent();
    }

    /// What is read: of an optional setting what it holds.
    private static Class<?> typeOf(Type type) {
        if (type instanceof ParameterizedType of && of.getRawType() == Optional.class) {
            return typeOf(of.getActualTypeArguments()[0]);
        }
        if (type instanceof ParameterizedType of) {
            return (Class<?>) of.getRawType();
        }
        return ReflectionUtils.getWrapperType((Class<?>) type);
    }

    private static void read(ApplicationContext context, Class<?> group) {
        try {
            context.getBean(group);
        } catch (BeanInstantiationException refused) {
            for (@Nullable Throwable at = refused; at != null; at = at.getCause()) {
                if (at instanceof IllegalArgumentException wrong && wrong.getMessage() != null) {
                    throw new BadSetting(wrong.getMessage(), refused);
                }
            }
            throw refused;
        }
    }
}
