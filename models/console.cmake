# SPDX-License-Identifier: GPL-3.0-or-later
# The console's models: QML module Tocsin.Models.
qt_add_library(tocsin_models STATIC)
qt_add_qml_module(tocsin_models
  URI Tocsin.Models
  VERSION 1.0
  RESOURCE_PREFIX /qt/qml
  SOURCES
    DeskLink.h
)
target_link_libraries(tocsin_models PUBLIC tocsin_domain Qt6::Core Qt6::Gui Qt6::Qml PRIVATE tocsin_flags)
target_include_directories(tocsin_models PUBLIC "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
