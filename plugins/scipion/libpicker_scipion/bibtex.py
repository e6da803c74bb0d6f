"""
@article{Wang2016,
  title   = {DeepPicker: a deep learning approach for fully automated particle picking in cryo-EM},
  author  = {Wang, Feng and Gong, Huichao and Liu, Gaochao and Li, Meijing and Yan, Chuangye and Xia, Tian and Li, Xueming and Zeng, Jianyang},
  journal = {Journal of Structural Biology},
  volume  = {195},
  number  = {3},
  pages   = {325--336},
  year    = {2016},
  doi     = {https://doi.org/10.1016/j.jsb.2016.07.006}
}
@article{Zhu2017,
  title   = {A deep convolutional neural network approach to single-particle recognition in cryo-electron microscopy},
  author  = {Zhu, Yanan and Ouyang, Qi and Mao, Youdong},
  journal = {BMC Bioinformatics},
  volume  = {18},
  pages   = {348},
  year    = {2017},
  doi     = {https://doi.org/10.1186/s12859-017-1757-y}
}
@inproceedings{Masoumzadeh2019,
  title     = {HydraPicker: Fully Automated Particle Picking in Cryo-EM by Utilizing Dataset Bias in Single Shot Detection},
  author    = {Masoumzadeh, Abbas and Brubaker, Marcus},
  booktitle = {British Machine Vision Conference},
  year      = {2019}
}
@article{Yao2020,
  title   = {Deep-learning with synthetic data enables automated picking of cryo-EM particle images of biological macromolecules},
  author  = {Yao, Ruijie and Qian, Jiaqiang and Huang, Qiang},
  journal = {Bioinformatics},
  volume  = {36},
  number  = {4},
  pages   = {1252--1259},
  year    = {2020},
  doi     = {https://doi.org/10.1093/bioinformatics/btz728}
}
"""
