package io.muster.policy.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which files of a folder are read, and that none is left out in silence.
final class PolicyFileTest {
    @TempDir private Path folder;

    private Path write(String path) throws IOException {
        var file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "{}");
    }

    @Test
    void filesAreReadDownToTheLimit() throws IOException {
        var top = write("a.json");
        var below = write("b/c.JSON");
        write("b/notes.txt");

        assertThat(PolicyFile.below(folder, new PolicyFile.Limits(2, 10)))
                .extracting(PolicyFile::path)
                .containsExactly(top, below);
        assertThat(PolicyFile.below(top)).extracting(PolicyFile::path).containsExactly(top);
    }

    @Test
    void aFolderThatLiesTooDeepIsRefusedByItsName() throws IOException {
        write("b/c/d.json");

        assertThatThrownBy(() -> PolicyFile.below(folder, new PolicyFile.Limits(2, 10)))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        folder.resolve("b/c") + " lies below 2 folders: deeper ones are not read");
        write("x/".repeat(40) + "deep.json");
        assertThatThrownBy(() -> PolicyFile.below(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lies below 32 folders");
    }

    @Test
    void aFileTooLargeIsRefusedByItsName() throws IOException {
        var file = write("a.json");

        assertThatThrownBy(() -> PolicyFile.below(folder, new PolicyFile.Limits(1, 1)))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is larger than 1 bytes");
    }

    @Test
    void linksAreFollowed() throws IOException {
        write("real/a.json");
        var link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));

        assertThat(PolicyFile.below(link))
                .extracting(PolicyFile::path)
                .containsExactly(link.resolve("a.json"));
    }

    @Test
    void aLinkIntoItselfIsAnError() throws IOException {
        write("real/a.json");
        Files.createSymbolicLink(folder.resolve("real/again"), folder);

        assertThatThrownBy(() -> PolicyFile.below(folder)).isInstanceOf(IOException.class);
    }
}
