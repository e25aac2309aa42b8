# SPDX-License-Identifier: GPL-3.0-or-later
# The console's models: QML module Tocsin.Models.
qt_add_library(tocsin_models STATIC)
qt_add_qml_module(tocsin_models
  URI Tocsin.Models
  VERSION 1.0
  RESOURCE_PREFIX /qt/qml
  DEPENDENCIES QtCharts
  SOURCES
    AdapterListModel.cpp AdapterListModel.h
    AlertActions.cpp AlertActions.h
    AlertChart.cpp AlertChart.h
    AlertDesk.cpp AlertDesk.h
    AlertDetail.cpp AlertDetail.h
    AlertHistory.cpp AlertHistory.h
    AlertKpiModel.cpp AlertKpiModel.h
    AlertListModel.cpp AlertListModel.h
    AlertLogModel.cpp AlertLogModel.h
    AlertMarkModel.cpp AlertMarkModel.h
    AlertQuestion.cpp AlertQuestion.h
    AlertQueueModel.cpp AlertQueueModel.h
    Annunciator.cpp Annunciator.h
    Attention.cpp Attention.h
    AlertTable.cpp AlertTable.h
    AlertTally.h
    AlertVerbModel.cpp AlertVerbModel.h
    AlertVerbs.cpp AlertVerbs.h
    AlertWords.cpp AlertWords.h
    ChatLine.h
    ChatLog.cpp ChatLog.h
    ChatModel.cpp ChatModel.h ChatModelLines.cpp
    ChatPictures.cpp ChatPictures.h
    ChatReplies.cpp ChatReplies.h
    ChatThreadModel.cpp ChatThreadModel.h
    Clock.h
    CommandModel.cpp CommandModel.h
    ConnectionDesk.cpp ConnectionDesk.h
    ConnectionFilterModel.cpp ConnectionFilterModel.h
    ConnectionListModel.cpp ConnectionListModel.h
    Console.cpp Console.h ConsoleEvents.cpp
    ConsoleClock.cpp ConsoleClock.h
    ContactListModel.cpp ContactListModel.h
    DeskLink.h
    DeviceFilterModel.cpp DeviceFilterModel.h
    DeviceListModel.cpp DeviceListModel.h
    DeviceRow.cpp DeviceRow.h
    FactListModel.cpp FactListModel.h
    FenceListModel.cpp FenceListModel.h
    FilePicker.cpp FilePicker.h
    Format.cpp Format.h
    FrameInspector.cpp FrameInspector.h
    FrameListModel.cpp FrameListModel.h
    GaugeModel.cpp GaugeModel.h
    Handover.cpp Handover.h
    HandoverModel.cpp HandoverModel.h
    HistoryRequest.cpp HistoryRequest.h
    IncidentCard.cpp IncidentCard.h
    IncidentDesk.cpp IncidentDesk.h
    IncidentListModel.cpp IncidentListModel.h
    IncidentLogModel.cpp IncidentLogModel.h
    IncidentLogText.cpp IncidentLogText.h
    IncidentMediaModel.cpp IncidentMediaModel.h
    IntervalEstimate.cpp IntervalEstimate.h
    KeyRegistry.cpp KeyRegistry.h
    MapViewState.cpp MapViewState.h
    NearestUnitModel.cpp NearestUnitModel.h
    NoticeModel.cpp NoticeModel.h
    OrderedProxy.cpp OrderedProxy.h
    PictureCache.cpp PictureCache.h
    Paced.h
    PendingModel.cpp PendingModel.h
    PeopleModel.cpp PeopleModel.h
    RuleEditor.cpp RuleEditor.h
    RuleForm.cpp RuleForm.h
    RuleTrialModel.cpp RuleTrialModel.h
    RulesText.cpp RulesText.h
    SelectedDevice.cpp SelectedDevice.h
    ServerStatus.cpp ServerStatus.h
    SheetText.cpp SheetText.h
    SoundBank.cpp SoundBank.h
    SoundOutput.h
    SoundPlan.cpp SoundPlan.h
    SoundSettings.cpp SoundSettings.h
    TableExport.cpp TableExport.h
    TestClientModel.cpp TestClientModel.h
    TrackFile.cpp TrackFile.h
    TrailModel.cpp TrailModel.h
    TrendBuffer.cpp TrendBuffer.h
    TrendChart.cpp TrendChart.h
    TrendLine.cpp TrendLine.h
    TrendSource.cpp TrendSource.h
    TypingWatch.cpp TypingWatch.h
)
qt_add_resources(tocsin_models tocsin_chat PREFIX /tocsin/chat BASE "${CMAKE_SOURCE_DIR}/resources/chat"
  FILES "${CMAKE_SOURCE_DIR}/resources/chat/replies.json")
target_link_libraries(tocsin_models PUBLIC tocsin_domain tocsin_probe Qt6::Core Qt6::Gui Qt6::Qml Qt6::Charts PRIVATE tocsin_flags)
target_include_directories(tocsin_models PUBLIC "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
target_precompile_headers(tocsin_models REUSE_FROM tocsin_pch)
