package io.muster.service.config;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.context.exceptions.BeanInstantiationException;
import io.micronaut.core.naming.NameUtils;
import io.micronaut.core.reflect.ReflectionUtils;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All settings of ours, read before a server answers. Left to themselves they are read when first needed, and one that cannot be read as
/// what it is counts as if it were not there.
public final class SettingsCheck {
    private static final String OURS = "io.muster.";

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

    private static void readable(
            ApplicationContext context, String prefix, RecordComponent component) {
        String name = prefix + "." + NameUtils.hyphenate(component.getName());
        var type = typeOf(component.getGenericType());
        var text = context.getProperty(name, String.class);
        if (text.isPresent()
                && !List.class.isAssignableFrom(type)
                && context.getProperty(name, type).isEmpty()) {
            throw new BadSetting("%s cannot be '%s'".formatted(name, text.get()));
        }
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
