#pragma once

#include "platform/expected.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// What bytes are that read_text() can't read.
enum class ByteKind {
    cut_utf16,       ///< has the mark of UTF-16, and ends or breaks within a character
    unmarked_utf16,  ///< looks like UTF-16, without its mark
    windows_1251,    ///< no UTF-8, and as a Windows-1251 text would be
    unknown,         ///< no UTF-8
    excel,           ///< .xlsx, or another workbook in a ZIP archive
    old_excel,       ///< .xls, or a workbook with a password: OLE
    open_document,   ///< .ods and its kin
    numbers,         ///< of Apple's Numbers
    archive,
    pdf
};

struct TextFault {
    ByteKind kind = ByteKind::unknown;
    std::size_t at = 0;  ///< the byte that is no text
};

/// The text of a file, of standard input or of a secret, as UTF-8 without a byte order mark: every
/// text from a person is read by this. UTF-16 is read if marked. No encoding is guessed; the error
/// names what the bytes are.
[[nodiscard]] Expected<std::string, TextFault> read_text(std::string bytes);

/// Whether bytes begin as a workbook, an archive or a PDF.
[[nodiscard]] bool is_document(std::string_view bytes);

/// read_text(), but bytes that it can't read are returned unchanged: for a caller that only says
/// that it must be UTF-8.
[[nodiscard]] std::string text_or_bytes(std::string bytes);

}  // namespace tizilim::platform
