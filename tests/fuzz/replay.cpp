// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a fuzz target over a corpus: every file, and every file cut short in a few places. No fuzzer needed.
#include "tests/fuzz/Fuzz.h"

#include <QDirIterator>
#include <QFile>

int main(int argc, char **argv)
{
    int inputs = 0;
    const auto run = [&inputs](QByteArrayView input) {
        // A copy of just this size, so that AddressSanitizer sees a read beyond its end.
        const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[static_cast<std::size_t>(input.size())]);
        std::copy(input.begin(), input.end(), bytes.get());
        LLVMFuzzerTestOneInput(bytes.get(), static_cast<std::size_t>(input.size()));
        ++inputs;
    };
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        QDirIterator folder(QString::fromLocal8Bit(argv[i]), QDir::Files);
        while (folder.hasNext()) {
            QFile file(folder.next());
            if (!file.open(QIODevice::ReadOnly)) {
                std::fprintf(stderr, "cannot read %s\n", qPrintable(file.fileName()));
                return 1;
            }
            ++files;
            std::fprintf(stderr, "%s\n", qPrintable(file.fileName())); // the last one named is the one to look at
            const QByteArray input = file.readAll();
            constexpr qsizetype cuts = 16;
            for (qsizetype cut = 0; cut < cuts; ++cut)
                run(QByteArrayView(input).first(input.size() * cut / cuts));
            run(input);
        }
    }
    std::fprintf(stderr, "%d files, %d inputs\n", files, inputs);
    return files > 0 ? 0 : 1;
}
