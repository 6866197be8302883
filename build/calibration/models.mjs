/**
 * Which models calibrate this machine and which are predicted from them, chosen before any was measured: the five have
 * every kind of work that the others have, and of each family one stands on either side.
 */
export const fitted = ['tv_resnet18_ts17', 'keras_MobileNetV2', 'tv_googlenet', 'timm_convnextv2_atto', 'hf_bert_base'];

/** None of these is seen by the fit. */
export const predicted = [
  'keras_ResNet50',
  'keras_MobileNet',
  't113_densenet121',
  't113_mnasnet1_0',
  'tv_alexnet',
  'tv_efficientnet_b0',
  'tv_mobilenet_v3_large',
  'tv_vit_b_16',
  'tv_swin_t',
  'timm_rexnet_100_ts17',
  'timm_selecsls42b_ts17',
  'timm_mobilevit_s_ts17',
  'timm_mixer_b16_224_ts17',
  'timm_res2net50_26w_4s_ts17',
  'timm_poolformer_s12_ts17',
  'light_shufflenet',
  'gh_yolox_nano',
  'gh_ultraface_rfb320',
  'hf_whisper_tiny_enc',
  'keras_InceptionV3',
];
