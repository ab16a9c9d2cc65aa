#include "core/mime/preview.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::mime {
namespace {

TEST(Preview, OfPlainText) {
  EXPECT_EQ(preview("", false), "");
  EXPECT_EQ(preview(" \r\n\t\r\n", false), "");
  EXPECT_EQ(preview("\r\n  One\r\n\r\n two\tthree \r\n", false), "One two three");
  EXPECT_EQ(preview("a\0b\x1b[31m\x7f"
                    "c",
                    false),
            "a");
  EXPECT_EQ(preview("a <b> &amp; c", false), "a <b> &amp; c");
  // Padding that mailings use.
  EXPECT_EQ(preview("x\u200b\u00ad\u034f\ufeff\u200c y\u00a0z", false), "x y z");
}

TEST(Preview, HasTwoHundredCharacters) {
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "\u00fc";
  EXPECT_EQ(preview(umlauts, false), umlauts.substr(0, 400));
  EXPECT_EQ(preview(std::string(199, 'x') + " y", false), std::string(199, 'x'));
  EXPECT_EQ(preview("<p>" + umlauts, true), umlauts.substr(0, 400));
}

TEST(Preview, OfHtml) {
  struct Row {
    std::string html;
    std::string shown;
  };
  const std::vector<Row> rows = {
      {"<p>One</p><p>two</p>", "One two"},
      {"<b>bo</b>ld<br>next", "bold next"},
      {"<html><HEAD><title>T</title></Head><body>text", "text"},
      {"<style>p { x: y }</STYLE >a<script>if (a < b) {}</script>b", "a b"},
      {"<!-- <p>no</p> -->yes", "yes"},
      {"a &amp; b &lt;c&gt; &#228;&#xE4; &nbsp; &unknown; & d", "a & b <c> \u00e4\u00e4 &unknown; & d"},
      {"1 < 2", "1 < 2"},
      {"cut <a href=\"off", "cut"},
      {"cut <!-- off", "cut"},
      {"cut <style> off", "cut"},
      {"cut &am", "cut &am"},
      {"&#0;&#xD800;&#99999999999;x", "&#99999999999;x"},
      {"<", "<"},
  };
  for (const Row& row : rows) EXPECT_EQ(preview(row.html, true), row.shown) << row.html;
}

}  // namespace
}  // namespace portreeve::mime
